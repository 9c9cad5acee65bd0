import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { stageOfFile } from "./stage-of-file.ts";

/** Opens a stage for the test file that says so, and plain connections to its database, as the gateway has them. */
export function stageWithSql() {
  const stage = stageOfFile();
  let sql: pg.Pool;
  beforeAll(() => {
    sql = new pg.Pool({ connectionString: stage().databaseUrl, max: 4 });
  });
  // Before the stage is closed: what is opened last ends first.
  afterAll(() => sql.end());
  return { stage, sql: () => sql };
}
