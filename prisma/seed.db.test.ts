import { randomBytes } from "node:crypto";
import { verify } from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBalances } from "#lib/ledger/balance";
import { type Db, openDb } from "#lib/platform/db";
import { hashKey } from "#lib/platform/key-hash";
import { createTestDatabase, type TestDatabase } from "#tests/support/database";
import { type Seeded, seed } from "./seed.ts";

const keyPepper = randomBytes(32).toString("base64");
const secretsKey = randomBytes(32).toString("base64");

let database: TestDatabase;
let db: Db;
let first: Seeded;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.databaseUrl, 2);
  first = await plant();
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const plant = (keys?: Seeded["keys"]) =>
  seed({ databaseUrl: database.databaseUrl, keyPepper, secretsKey, password: "first password", keys });

const counts = async () => ({
  users: await db.user.count(),
  organizations: await db.organization.count(),
  projects: await db.project.count(),
  memberships: await db.membership.count(),
  keys: await db.apiKey.count(),
  versions: await db.configVersion.count(),
  activations: await db.configActivation.count(),
  transfers: await db.ledgerTransfer.count(),
});

test("the operator may sign in with the password given and owns the demo organisation", async () => {
  const user = await db.user.findUniqueOrThrow({
    where: { email: first.operator.email },
    include: { memberships: true },
  });
  expect(user).toMatchObject({ platformRole: "operator", memberships: [{ orgId: first.orgId, role: "owner" }] });
  expect(user.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verify(user.passwordHash ?? "", "first password")).toBe(true);
});

test("the keys given out are those stored, as hashes, and the admin key is the platform's", async () => {
  const rows = await db.apiKey.findMany();
  const stored = (kind: string) => rows.find((row) => row.kind === kind);
  for (const kind of ["live", "test", "admin"] as const) {
    expect(Buffer.from(stored(kind)?.hash ?? []).toString("hex")).toBe(
      hashKey(first.keys[kind], keyPepper).toString("hex"),
    );
    expect(first.keys[kind].endsWith(stored(kind)?.last4 ?? "-")).toBe(true);
  }
  expect(stored("live")?.orgId).toBe(first.orgId);
  expect(stored("admin")?.orgId).toBeNull();
});

test("a second seed, even two at once, changes nothing and credits nothing more", async () => {
  const before = await counts();
  const again = await Promise.all([plant(first.keys), plant(first.keys)]);
  expect(again).toEqual([first, first]);
  expect(await counts()).toEqual(before);
  expect((await readBalances(db, [first.orgId])).get(first.orgId)?.balance).toBe(10_000_000_000n);
});

test("version 1 of the configuration is active and serves sandbox-chat", async () => {
  const active = await db.configActivation.findFirstOrThrow({
    orderBy: { id: "desc" },
    include: { configVersion: true },
  });
  expect(active.configVersion.number).toBe(1);
  expect(active.configVersion.document).toMatchObject({
    models: [{ id: "sandbox-chat" }],
    providers: [{ id: "sandbox" }],
  });
});
