import { parseArgs } from "node:util";
import { databaseUrlOf } from "./migrate/database-url.ts";
import { migrateDatabase } from "./migrate/migrate-database.ts";

try {
  const { values } = parseArgs({ options: { "data-dir": { type: "string" } } });
  const applied = await migrateDatabase(databaseUrlOf(values["data-dir"]));
  process.stdout.write(applied.length === 0 ? "The database is up to date.\n" : `Applied: ${applied.join(", ")}\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`The database was not migrated: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
