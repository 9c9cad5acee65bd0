import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withScratchPostgres } from "../scripts/postgres/scratch.ts";

// A PostgreSQL and a data directory for as long as the benchmark lives, however it ends: this process goes after it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
const ended = once(process, "disconnect");
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
try {
  await withScratchPostgres(async (databaseUrl) => {
    process.send?.({ databaseUrl, dataDir });
    await ended;
  });
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
