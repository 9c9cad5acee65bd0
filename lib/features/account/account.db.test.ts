import { expect, test } from "vitest";
import { dbOfFile, openTestPortal, visitorOf } from "#tests/support/account";
import { followLink } from "./follow-link.ts";
import { resetPassword } from "./reset-password.ts";
import { sendResetLink, sendSignInLink } from "./send-link.ts";
import { readSession } from "./sessions.ts";
import { setLocale } from "./set-locale.ts";
import { signIn } from "./sign-in.ts";
import { signOut, signOutElsewhere } from "./sign-out.ts";
import { signUp } from "./sign-up.ts";
import { findMembership, listWorkspaces } from "./workspaces.ts";

const PASSWORD = "correct horse battery";
const MINUTE_MS = 60_000;

let nowMs = Date.now();
const db = dbOfFile();

const visitor = () => visitorOf(db(), { now: () => new Date(nowMs) });

function openPortal() {
  const portal = openTestPortal(() => nowMs);
  const follow = (token: string, signUpProof?: string) =>
    followLink(visitor(), { token }, { ...portal.deps, signUpProof });
  return { ...portal, follow };
}

async function openConfirmed() {
  const portal = openPortal();
  const { proof } = await signUp(visitor(), { name: "Ada", email: portal.email, password: PASSWORD }, portal.deps);
  const outcome = await portal.follow(portal.lastToken(), proof);
  if (outcome.kind !== "signed-in") throw new Error(outcome.kind);
  return { ...portal, ...outcome };
}

const auditsOf = async (target: string) =>
  (await db().auditLog.findMany({ where: { target }, orderBy: { id: "asc" } })).map(({ action }) => action);

test("signing up makes user, organisation, project and ownership, and mails a link", async () => {
  const { deps, email, mails } = openPortal();
  await signUp(visitor(), { name: "Ada", email: ` ${email.toUpperCase()}`, password: PASSWORD }, deps);
  const user = await db().user.findUniqueOrThrow({ where: { email }, include: { memberships: true } });
  expect(user).toMatchObject({ name: "Ada", locale: "en", emailVerifiedAt: null });
  expect(user.passwordHash).not.toContain(PASSWORD);
  expect(user.memberships).toMatchObject([{ role: "owner" }]);
  expect(await listWorkspaces(db(), user.id)).toMatchObject([{ project: { name: "Default", slug: "default" } }]);
  expect(mails.map(({ to }) => to)).toEqual([email]);
  expect(await auditsOf(user.id)).toEqual(["account.sign-up"]);
});

test("signing up with a known address changes nothing, answers the same and tells only the owner", async () => {
  const { deps, email, mails } = openPortal();
  const first = await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  const before = await db().user.findUniqueOrThrow({ where: { email } });
  const second = await signUp(visitor(), { name: "Eve", email, password: "another password" }, deps);
  expect(await db().user.findUniqueOrThrow({ where: { email } })).toEqual(before);
  expect(Object.keys(second)).toEqual(Object.keys(first));
  expect(second.proof).toHaveLength(first.proof.length);
  expect(mails.map(({ subject }) => subject)).toEqual(["Confirm your email address", "You already have an account"]);
});

test("two sign-ups with one address at the same moment make one account", async () => {
  const { deps, email, mails } = openPortal();
  const both = [1, 2].map(() => signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps));
  await Promise.all(both);
  expect(await db().user.count({ where: { email } })).toBe(1);
  expect(mails.map(({ subject }) => subject).sort()).toEqual([
    "Confirm your email address",
    "You already have an account",
  ]);
});

test("the link confirms the address and signs in where the password was chosen", async () => {
  const { userId, sessionId } = await openConfirmed();
  const user = await db().user.findUniqueOrThrow({ where: { id: userId } });
  expect(user.emailVerifiedAt).toEqual(new Date(nowMs));
  expect(await readSession(db(), sessionId, new Date(nowMs))).toMatchObject({
    userId,
    email: user.email,
    locale: "en",
  });
  expect(await auditsOf(userId)).toEqual(["account.sign-up", "account.confirm-email", "account.sign-in"]);
});

test("a link opened in another browser confirms the address, signs nobody in and drops the password chosen there", async () => {
  const { deps, email, lastToken, follow } = openPortal();
  await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  expect(await follow(lastToken(), "not the proof")).toEqual({ kind: "confirmed" });
  const user = await db().user.findUniqueOrThrow({ where: { email }, include: { sessions: true } });
  expect(user).toMatchObject({ sessions: [], emailVerifiedAt: new Date(nowMs) });
  expect((await signIn(visitor(), { email, password: PASSWORD }, deps)).kind).toBe("invalid-credentials");
});

test("the link that confirmed in another browser then sets a password, once", async () => {
  const { deps, email, lastToken, follow } = openPortal();
  await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  const token = lastToken();
  await follow(token);
  expect(await follow(token)).toEqual({ kind: "invalid-link" });
  const input = { token, password: "the owner's own" };
  expect(await resetPassword(visitor(), input, deps)).toEqual({ kind: "changed", email });
  expect(await resetPassword(visitor(), input, deps)).toEqual({ kind: "invalid-link" });
  expect((await signIn(visitor(), { email, password: input.password }, deps)).kind).toBe("signed-in");
});

test("a link works once, also when it is clicked twice at the same moment", async () => {
  const { deps, email, lastToken, follow } = await openConfirmed();
  await sendSignInLink(visitor(), { email }, deps);
  const token = lastToken();
  const kinds = (await Promise.all([follow(token), follow(token)])).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(["invalid-link", "signed-in"]);
  expect(await follow(token)).toEqual({ kind: "invalid-link" });
});

test("a sign-in link is dead after fifteen minutes, and as soon as a newer one is sent", async () => {
  const { deps, email, lastToken, follow } = await openConfirmed();
  await sendSignInLink(visitor(), { email }, deps);
  const first = lastToken();
  await sendSignInLink(visitor(), { email }, deps);
  const second = lastToken();
  expect(await follow(first)).toEqual({ kind: "invalid-link" });
  nowMs += 15 * MINUTE_MS;
  expect(await follow(second)).toEqual({ kind: "invalid-link" });
});

test("only the hash of a link is stored", async () => {
  const { deps, email, lastToken } = openPortal();
  await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  const { mailTokens } = await db().user.findUniqueOrThrow({ where: { email }, include: { mailTokens: true } });
  expect(mailTokens).toHaveLength(1);
  expect(Buffer.from(mailTokens[0]?.hash ?? []).toString("base64url")).not.toBe(lastToken());
});

test("an address nobody confirmed gets the confirmation again instead of a sign-in link", async () => {
  const { deps, email, mails, lastToken, follow } = openPortal();
  await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  await sendSignInLink(visitor(), { email }, deps);
  expect(mails.at(-1)?.subject).toBe("Confirm your email address");
  expect(await follow(lastToken())).toEqual({ kind: "confirmed" });
});

test("an unknown address gets no mail and the same answer", async () => {
  const { deps, mails } = openPortal();
  const { email } = await openConfirmed();
  const known = await sendSignInLink(visitor(), { email }, openPortal().deps);
  expect(await sendSignInLink(visitor(), { email: "nobody@example.com" }, deps)).toEqual(known);
  expect(await sendResetLink(visitor(), { email: "nobody@example.com" }, deps)).toEqual(known);
  expect(mails).toEqual([]);
});

test("a wrong password, an unknown address and a disabled user are told the same", async () => {
  const { deps, email, userId } = await openConfirmed();
  const refused = { kind: "invalid-credentials" };
  expect(await signIn(visitor(), { email, password: "wrong password" }, deps)).toEqual(refused);
  expect(await signIn(visitor(), { email: "nobody@example.com", password: PASSWORD }, deps)).toEqual(refused);
  await db().user.update({ where: { id: userId }, data: { disabledAt: new Date(nowMs) } });
  expect(await signIn(visitor(), { email, password: PASSWORD }, deps)).toEqual(refused);
});

test("a right password before the address is confirmed mails the link again, but not at once, and opens no session", async () => {
  const { deps, email, mails } = openPortal();
  await signUp(visitor(), { name: "Ada", email, password: PASSWORD }, deps);
  await signIn(visitor(), { email, password: PASSWORD }, deps);
  expect(mails).toHaveLength(1);
  nowMs += 5 * MINUTE_MS;
  await signIn(visitor(), { email, password: PASSWORD }, deps);
  await signIn(visitor(), { email, password: PASSWORD }, deps);
  expect(mails.map(({ subject }) => subject)).toEqual(["Confirm your email address", "Confirm your email address"]);
  expect(await db().session.count({ where: { user: { email } } })).toBe(0);
});

test("429: guessing a password is stopped, whoever asks", async () => {
  const { deps, email } = await openConfirmed();
  for (let count = 0; count < 10; count++) await signIn(visitor(), { email, password: "wrong password" }, deps);
  const attempt = signIn(visitor(), { email, password: PASSWORD }, deps);
  await expect(attempt).rejects.toMatchObject({ code: "rate_limited" });
});

test("a reset sets the password once, signs every session out, kills other links and tells the owner", async () => {
  const { deps, email, mails, lastToken, sessionId, follow } = await openConfirmed();
  await sendSignInLink(visitor(), { email }, deps);
  const signInToken = lastToken();
  await sendResetLink(visitor(), { email }, deps);
  const input = { token: lastToken(), password: "a whole new password" };
  expect(await resetPassword(visitor(), input, deps)).toEqual({ kind: "changed", email });
  expect(mails.at(-1)?.subject).toBe("Your password was changed");
  expect(await resetPassword(visitor(), input, deps)).toEqual({ kind: "invalid-link" });
  expect(await follow(signInToken)).toEqual({ kind: "invalid-link" });
  expect(await readSession(db(), sessionId, new Date(nowMs))).toBeUndefined();
  expect((await signIn(visitor(), { email, password: PASSWORD }, deps)).kind).toBe("invalid-credentials");
  expect((await signIn(visitor(), { email, password: input.password }, deps)).kind).toBe("signed-in");
});

test("a sign-in link resets no password, and a reset link signs nobody in", async () => {
  const { deps, email, lastToken, follow } = await openConfirmed();
  await sendSignInLink(visitor(), { email }, deps);
  const wrong = { token: lastToken(), password: "a whole new password" };
  expect(await resetPassword(visitor(), wrong, deps)).toEqual({ kind: "invalid-link" });
  await sendResetLink(visitor(), { email }, deps);
  expect(await follow(lastToken())).toEqual({ kind: "invalid-link" });
});

test("400: a password that is too short is refused before anything is written", async () => {
  const { deps, email } = openPortal();
  await expect(signUp(visitor(), { name: "Ada", email, password: "short" }, deps)).rejects.toThrow(/too_small/);
  expect(await db().user.count({ where: { email } })).toBe(0);
});

const asUser = (userId: string, sessionId: string) => ({
  ...visitor(),
  actor: { kind: "user", id: userId } as const,
  sessionId,
});

test("signing out ends this session, signing out elsewhere all the others, and nobody else's", async () => {
  const { deps, email, userId, sessionId } = await openConfirmed();
  const stranger = await openConfirmed();
  const other = await signIn(visitor(), { email, password: PASSWORD }, deps);
  if (other.kind !== "signed-in") throw new Error(other.kind);
  const isOpen = async (id: string) => (await readSession(db(), id, new Date(nowMs))) !== undefined;
  expect(await signOutElsewhere(asUser(userId, sessionId))).toEqual({ ended: 1 });
  expect([await isOpen(sessionId), await isOpen(other.sessionId)]).toEqual([true, false]);
  expect(await signOut(asUser(userId, sessionId))).toEqual({ ended: 1 });
  expect(await signOut(asUser(userId, sessionId))).toEqual({ ended: 0 });
  expect([await isOpen(sessionId), await isOpen(stranger.sessionId)]).toEqual([false, true]);
  expect((await auditsOf(userId)).slice(-3)).toEqual([
    "account.sign-out-elsewhere",
    "account.sign-out",
    "account.sign-out",
  ]);
});

test("a session of somebody else cannot be ended by naming it", async () => {
  const ada = await openConfirmed();
  const eve = await openConfirmed();
  expect(await signOut(asUser(eve.userId, ada.sessionId))).toEqual({ ended: 0 });
  expect(await readSession(db(), ada.sessionId, new Date(nowMs))).toBeDefined();
});

test("a session lives on while it is used and dies after thirty silent days; a disabled user has none", async () => {
  const { userId, sessionId } = await openConfirmed();
  const dayMs = 24 * 60 * MINUTE_MS;
  const at = (days: number) => readSession(db(), sessionId, new Date(nowMs + days * dayMs));
  expect(await at(29)).toBeDefined();
  expect(await at(58)).toBeDefined();
  expect(await at(89)).toBeUndefined();
  await db().user.update({ where: { id: userId }, data: { disabledAt: new Date(nowMs) } });
  expect(await at(58)).toBeUndefined();
});

test("an organisation is found by its members only, and not when it is disabled", async () => {
  const ada = await openConfirmed();
  const eve = await openConfirmed();
  const [workspace] = await listWorkspaces(db(), ada.userId);
  const { slug = "", id = "" } = workspace?.org ?? {};
  expect(await findMembership(db(), { userId: ada.userId, slug })).toEqual({ orgId: id, role: "owner" });
  expect(await findMembership(db(), { userId: eve.userId, slug })).toBeNull();
  await db().organization.update({ where: { id }, data: { disabledAt: new Date(nowMs) } });
  expect(await findMembership(db(), { userId: ada.userId, slug })).toBeNull();
  expect(await listWorkspaces(db(), ada.userId)).toEqual([]);
});

test("the chosen language is kept with the account", async () => {
  const { userId, sessionId } = await openConfirmed();
  await setLocale(asUser(userId, sessionId), { locale: "zh" });
  expect((await readSession(db(), sessionId, new Date(nowMs)))?.locale).toBe("zh");
});
