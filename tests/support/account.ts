import { afterAll, beforeAll } from "vitest";
import { newId } from "#lib/base/ids";
import { createThrottle } from "#lib/features/account/throttle";
import type { VisitorContext } from "#lib/features/account/visitor";
import { type Db, openDb } from "#lib/platform/db";
import type { Mail } from "#lib/platform/mail";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** Opens a client of a fresh database for the test file that says so; gives where to find it once the file's tests run. */
export function dbOfFile(): () => Db {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDb(database.databaseUrl, 4);
  });
  afterAll(async () => {
    await db.$disconnect();
    await database.drop();
  });
  return () => db;
}

/** Somebody at the door of the portal, who is nobody yet. */
export const visitorOf = (db: Db, given: Partial<VisitorContext> = {}): VisitorContext => ({
  actor: { kind: "system", id: "portal" },
  platformRole: null,
  orgRole: null,
  orgId: null,
  db,
  now: () => new Date(),
  ip: "192.0.2.1",
  locale: "en",
  userAgent: "a browser",
  ...given,
});

/** A portal that has counted no tries yet: its mails, and an address nobody else has. */
export function openTestPortal(nowMs: () => number = Date.now) {
  const mails: Mail[] = [];
  const deps = {
    publicUrl: "https://portal.example",
    authSecret: "secret of the tests",
    throttle: createThrottle(nowMs),
    enqueueMail: async (_tx: unknown, mail: Mail) => void mails.push(mail),
  };
  const lastToken = () => /#(\S+)/.exec(mails.at(-1)?.text ?? "")?.[1] ?? "";
  return { deps, email: `ada-${newId()}@example.com`, mails, lastToken };
}
