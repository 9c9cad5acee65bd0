import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "#lib/platform/db";
import { createTestDatabase, type TestDatabase } from "#tests/support/database";
import { sendSignInLink } from "./send-link.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";
import { createThrottle } from "./throttle.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

const PASSWORD = "correct horse battery";
/** More than the whole door takes in a minute. */
const TRIES = 300;

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

const visitorFrom = (ip: string): VisitorContext => ({
  actor: { kind: "system", id: "portal" },
  platformRole: null,
  orgRole: null,
  orgId: null,
  db,
  now: () => new Date(),
  ip,
  locale: "en",
  userAgent: "a browser",
});

const doors = {
  "sign in": (ctx: VisitorContext, email: string, deps: AccountDeps) =>
    signIn(ctx, { email, password: PASSWORD }, deps),
  "sign up": (ctx: VisitorContext, email: string, deps: AccountDeps) =>
    signUp(ctx, { name: "Ada", email, password: PASSWORD }, deps),
  "ask for a link": (ctx: VisitorContext, email: string, deps: AccountDeps) => sendSignInLink(ctx, { email }, deps),
};

test.each(Object.entries(doors))("one address that floods it keeps nobody else from it: %s", async (_name, door) => {
  const deps = {
    publicUrl: "https://portal.example",
    authSecret: "secret of the tests",
    throttle: createThrottle(),
    enqueueMail: async () => undefined,
  };
  const tries = Array.from({ length: TRIES }, (_, at) => door(visitorFrom("192.0.2.1"), `eve-${at}@example.com`, deps));
  const refused = (await Promise.allSettled(tries)).filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(TRIES / 2);
  await expect(door(visitorFrom("192.0.2.2"), "ada@example.com", deps)).resolves.toBeDefined();
});
