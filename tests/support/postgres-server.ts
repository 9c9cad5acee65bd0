import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateDatabase } from "#scripts/migrate/migrate-database";
import { startPostgres } from "#scripts/postgres/embedded";
import { findFreePort, THROWAWAY_SETTINGS } from "#scripts/postgres/scratch";

// Holds the test database for as long as its standard input is open: it closes with the test run, killed or not.
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-tests-"));
chmodSync(dataDir, 0o755);
const server = await startPostgres({
  dataDir,
  port: await findFreePort(),
  password: "test",
  settings: THROWAWAY_SETTINGS,
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.once("end", () => close(0));
try {
  await migrateDatabase(server.databaseUrl);
  process.stdout.write(`${server.databaseUrl}\n`);
} catch (error) {
  process.stderr.write(`${error}\n`);
  await close(1);
}

async function close(exitCode: number): Promise<void> {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(exitCode);
}
