import { afterEach, beforeEach } from "vitest";
import { type Credentials, openCredentials } from "#lib/drivers/credentials.postgres";
import { openFailedAuth } from "#lib/drivers/failed-auth.memory";
import type { Caller } from "#lib/gateway/ports";
import { openSql, type Sql } from "#lib/platform/sql";
import { KEY_DEPS } from "./keys.ts";
import { stageOfFile } from "./stage-of-file.ts";

export const HERE = "203.0.113.7";
/** So high that no other test meets it. */
export const FAILURES_PER_MINUTE = 500;
export const ISSUER = "https://switchyard.example";

/** What a gateway knows callers by, on a fresh database for the test file that says so; it has forgotten all before each test. */
export function credentialsOfFile() {
  const stage = stageOfFile();
  let sql: Sql;
  let credentials: Credentials;
  let aheadMs: number;
  let queries: string[];
  beforeEach(() => {
    aheadMs = 0;
    queries = [];
    sql = openSql(stage().databaseUrl, 4);
    const { query } = sql;
    sql.query = Object.assign((...given: Parameters<typeof query>) => {
      queries.push(JSON.stringify(given));
      return query.apply(sql, given);
    });
    const clock = { now: () => Date.now(), monotonic: () => performance.now() + aheadMs };
    const failures = openFailedAuth({ perMinute: FAILURES_PER_MINUTE, monotonic: () => aheadMs });
    credentials = openCredentials({ sql, clock, pepper: KEY_DEPS.keyPepper, issuer: ISSUER, failures });
  });
  afterEach(() => sql.end());

  return {
    stage,
    credentials: () => credentials,
    queries: () => queries,
    later: () => {
      aheadMs += 5_000;
    },
    find: async (presented: string, address = HERE): Promise<Caller | null> => credentials.find(presented, address),
  };
}
