import { currentSchema, lastSchema } from "./migrate/engine.ts";

if (currentSchema() !== lastSchema()) {
  process.stderr.write(
    "prisma/schema differs from the copy beside the last migration: run `npm run db:new-migration NAME`.\n",
  );
  process.exit(1);
}
process.stdout.write("Schema and migrations agree.\n");
