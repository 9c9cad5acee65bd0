import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentSchema, diffSchemas, lastSchema, MIGRATIONS, SCHEMA_COPY } from "./migrate/engine.ts";
import { withScratchPostgres } from "./postgres/scratch.ts";

const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  process.stderr.write("Usage: npm run db:new-migration NAME   (lower case, digits, underscores)\n");
  process.exit(1);
}
const schema = currentSchema();
const sql = await withScratchPostgres((databaseUrl) => diffSchemas({ from: lastSchema(), to: schema }, databaseUrl));
const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
const folder = join(MIGRATIONS, `${stamp}_${name}`);
mkdirSync(folder);
writeFileSync(join(folder, "migration.sql"), sql);
writeFileSync(join(folder, SCHEMA_COPY), schema);
process.stdout.write(
  `${folder}\nRead migration.sql before you commit it; SQL that Prisma cannot say is added by hand.\n`,
);
process.exit(0);
