import { expect, test } from "vitest";
import { dbOfFile, openTestPortal, visitorOf } from "#tests/support/account";
import { sendSignInLink } from "./send-link.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

const PASSWORD = "correct horse battery";
/** More than the whole door takes in a minute. */
const TRIES = 300;

const db = dbOfFile();

const doors = {
  "sign in": (ctx: VisitorContext, email: string, deps: AccountDeps) =>
    signIn(ctx, { email, password: PASSWORD }, deps),
  "sign up": (ctx: VisitorContext, email: string, deps: AccountDeps) =>
    signUp(ctx, { name: "Ada", email, password: PASSWORD }, deps),
  "ask for a link": (ctx: VisitorContext, email: string, deps: AccountDeps) => sendSignInLink(ctx, { email }, deps),
};

test.each(Object.entries(doors))("one address that floods it keeps nobody else from it: %s", async (_name, door) => {
  const { deps, email } = openTestPortal();
  const from = (ip: string) => visitorOf(db(), { ip });
  const tries = Array.from({ length: TRIES }, (_, at) => door(from("192.0.2.1"), `eve-${at}@example.com`, deps));
  const refused = (await Promise.allSettled(tries)).filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(TRIES / 2);
  await expect(door(from("192.0.2.2"), email, deps)).resolves.toBeDefined();
});
