import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { type Db, openDb } from "#lib/platform/db";
import type { Mail } from "#lib/platform/mail";
import { createTestDatabase, type TestDatabase } from "#tests/support/database";
import { resetPassword } from "./reset-password.ts";
import type { Locale } from "./schema.ts";
import { sendResetLink, sendSignInLink } from "./send-link.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";
import { createThrottle } from "./throttle.ts";
import type { VisitorContext } from "./visitor.ts";
import { findWorkspace } from "./workspaces.ts";

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

const visitor = (locale: Locale = "en"): VisitorContext => ({
  actor: { kind: "system", id: "portal" },
  platformRole: null,
  orgRole: null,
  orgId: null,
  db,
  now: () => new Date(),
  ip: "192.0.2.1",
  locale,
  userAgent: "a browser",
});

/** A portal that has counted no tries yet. */
function openPortal() {
  const mails: Mail[] = [];
  const deps = {
    publicUrl: "https://portal.example",
    authSecret: "secret of the tests",
    throttle: createThrottle(),
    enqueueMail: async (_tx: unknown, mail: Mail) => void mails.push(mail),
  };
  return { deps, mails };
}

/** Somebody who has an account and has confirmed the address. */
async function newOwner(locale: Locale): Promise<string> {
  const email = `ada-${newId()}@example.com`;
  await signUp(visitor(locale), { name: "Ada", email, password: "correct horse battery" }, openPortal().deps);
  await db.user.update({ where: { email }, data: { emailVerifiedAt: new Date() } });
  return email;
}

test("who signs up with a stranger's address does not learn by signing in whether it had an account", async () => {
  const probe = async (email: string) => {
    const { deps } = openPortal();
    const password = "the password of the prober";
    await signUp(visitor(), { name: "Eve", email, password }, deps);
    const told: unknown[] = [];
    for (let count = 0; count < 11; count++)
      told.push(await signIn(visitor(), { email, password }, deps).catch(({ code }) => code));
    for (let count = 0; count < 5; count++)
      told.push(await sendResetLink(visitor(), { email }, deps).catch(({ code }) => code));
    return told;
  };
  const ofOwner = await probe(await newOwner("en"));
  expect(ofOwner).toContainEqual({ kind: "invalid-credentials" });
  expect(ofOwner).toContain("rate_limited");
  expect(await probe(`nobody-${newId()}@example.com`)).toEqual(ofOwner);
});

test("a mail speaks the language of the account, whoever asked for it", async () => {
  const email = await newOwner("zh");
  const { deps, mails } = openPortal();
  await signUp(visitor("en"), { name: "Eve", email, password: "another password" }, deps);
  await sendSignInLink(visitor("en"), { email }, deps);
  await sendResetLink(visitor("en"), { email }, deps);
  const token = /#(\S+)/.exec(mails.at(-1)?.text ?? "")?.[1] ?? "";
  await resetPassword(visitor("en"), { token, password: "a whole new password" }, deps);
  expect(mails.map(({ subject }) => subject)).toEqual([
    "您已经有账户了",
    "您的登录链接",
    "设置新密码",
    "您的密码已更改",
  ]);
});

test("a project is found by its URL names for who is a member, and by nobody else", async () => {
  const email = await newOwner("en");
  const { id, memberships } = await db.user.findUniqueOrThrow({
    where: { email },
    include: { memberships: { include: { organization: true } } },
  });
  const org = memberships[0]?.organization.slug ?? "";
  const stranger = await db.user.findUniqueOrThrow({ where: { email: await newOwner("en") } });
  expect(await findWorkspace(db, { userId: id, org, project: "default" })).toMatchObject({ org: { slug: org } });
  expect(await findWorkspace(db, { userId: id, org, project: "other" })).toBeUndefined();
  expect(await findWorkspace(db, { userId: stranger.id, org, project: "default" })).toBeUndefined();
  await db.organization.update({ where: { slug: org }, data: { disabledAt: new Date() } });
  expect(await findWorkspace(db, { userId: id, org, project: "default" })).toBeUndefined();
});
