import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** Opens connections to a fresh database for the test file that says so; gives where to find them once the file's tests run. */
export function sqlOfFile(): () => pg.Pool {
  let database: TestDatabase;
  let sql: pg.Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = new pg.Pool({ connectionString: database.databaseUrl, max: 8 });
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });
  return () => sql;
}
