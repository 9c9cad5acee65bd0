import { expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { dbOfFile, openTestPortal, visitorOf } from "#tests/support/account";
import { resetPassword } from "./reset-password.ts";
import type { Locale } from "./schema.ts";
import { sendResetLink, sendSignInLink } from "./send-link.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";
import { findWorkspace } from "./workspaces.ts";

const db = dbOfFile();

const visitor = (locale: Locale = "en") => visitorOf(db(), { locale });

/** Somebody who has an account and has confirmed the address. */
async function newOwner(locale: Locale): Promise<string> {
  const { deps, email } = openTestPortal();
  await signUp(visitor(locale), { name: "Ada", email, password: "correct horse battery" }, deps);
  await db().user.update({ where: { email }, data: { emailVerifiedAt: new Date() } });
  return email;
}

test("who signs up with a stranger's address does not learn by signing in whether it had an account", async () => {
  const probe = async (email: string) => {
    const { deps } = openTestPortal();
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
  const { deps, mails, lastToken } = openTestPortal();
  await signUp(visitor("en"), { name: "Eve", email, password: "another password" }, deps);
  await sendSignInLink(visitor("en"), { email }, deps);
  await sendResetLink(visitor("en"), { email }, deps);
  await resetPassword(visitor("en"), { token: lastToken(), password: "a whole new password" }, deps);
  expect(mails.map(({ subject }) => subject)).toEqual([
    "您已经有账户了",
    "您的登录链接",
    "设置新密码",
    "您的密码已更改",
  ]);
});

test("a project is found by its URL names for who is a member, and by nobody else", async () => {
  const email = await newOwner("en");
  const { id, memberships } = await db().user.findUniqueOrThrow({
    where: { email },
    include: { memberships: { include: { organization: true } } },
  });
  const org = memberships[0]?.organization.slug ?? "";
  const stranger = await db().user.findUniqueOrThrow({ where: { email: await newOwner("en") } });
  expect(await findWorkspace(db(), { userId: id, org, project: "default" })).toMatchObject({ org: { slug: org } });
  expect(await findWorkspace(db(), { userId: id, org, project: "other" })).toBeUndefined();
  expect(await findWorkspace(db(), { userId: stranger.id, org, project: "default" })).toBeUndefined();
  await db().organization.update({ where: { slug: org }, data: { disabledAt: new Date() } });
  expect(await findWorkspace(db(), { userId: id, org, project: "default" })).toBeUndefined();
});
