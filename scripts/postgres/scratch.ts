import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "./embedded.ts";

/** What makes a database quick that nobody will miss. */
export const THROWAWAY_SETTINGS = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Runs a task with a PostgreSQL of its own that is gone afterwards. */
export async function withScratchPostgres<T>(run: (databaseUrl: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-scratch-"));
  const options = { dataDir, port: await findFreePort(), password: "scratch", settings: THROWAWAY_SETTINGS };
  chmodSync(dataDir, 0o755);
  const server = await startPostgres(options);
  try {
    return await run(server.databaseUrl);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Gives a port that was free a moment ago. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
