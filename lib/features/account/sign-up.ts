import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import { slugOf } from "#lib/features/slug";
import type { Tx } from "#lib/platform/db";
import { issueMailToken } from "./mail-token.ts";
import { alreadyRegisteredMail, verifyMail } from "./mails.ts";
import { noSoonerThan } from "./no-sooner-than.ts";
import { hashPassword } from "./password.ts";
import { localeOf, SignUpInput } from "./schema.ts";
import { signUpProofOf } from "./sign-up-proof.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

type SignUp = z.output<typeof SignUpInput>;

const ORGANIZATION_NAME = { en: (name: string) => `${name}’s team`, zh: (name: string) => `${name} 的团队` };
const PROOF_BYTES = 32;

/**
 * Creates user, organisation, project and membership at once and mails a link that confirms the address. A known
 * address gets a mail instead, and the answer is the same: nobody learns here who has an account.
 */
export async function signUp(ctx: VisitorContext, raw: z.input<typeof SignUpInput>, deps: AccountDeps) {
  const input = SignUpInput.parse(raw);
  deps.throttle.take(["mail/ip", ctx.ip ?? ""], ["mail/all", ""], ["mail/account", input.email]);
  const proof = await noSoonerThan(async () => {
    const passwordHash = await hashPassword(input.password);
    const userId = await ctx.db.$transaction((tx) => register({ tx, ctx, deps }, input, passwordHash));
    return userId === undefined ? decoyProof() : signUpProofOf(userId, deps.authSecret);
  });
  return { proof };
}

type Registration = { readonly tx: Tx; readonly ctx: VisitorContext; readonly deps: AccountDeps };

async function register({ tx, ctx, deps }: Registration, input: SignUp, passwordHash: string) {
  const now = ctx.now();
  const user = { id: newId(), name: input.name, email: input.email, passwordHash, locale: ctx.locale, createdAt: now };
  // Two sign-ups with one address at the same moment: the second finds the row instead of failing on it.
  const created = await tx.user.createMany({ data: [user], skipDuplicates: true });
  if (created.count === 0) {
    const owner = await tx.user.findUniqueOrThrow({ where: { email: input.email }, select: { locale: true } });
    const addressee = { to: input.email, locale: localeOf(owner.locale) };
    await deps.enqueueMail(tx, alreadyRegisteredMail(addressee, deps.publicUrl));
    return undefined;
  }
  const orgId = await createWorkspace(tx, user, ctx.locale);
  await audit(
    tx,
    { ...ctx, actor: { kind: "user", id: user.id }, orgId },
    { action: "account.sign-up", target: user.id },
  );
  const token = await issueMailToken(tx, { userId: user.id, purpose: "verify", now });
  await deps.enqueueMail(tx, verifyMail({ to: input.email, locale: ctx.locale }, deps.publicUrl, token));
  return user.id;
}

type Owner = { readonly id: string; readonly name: string; readonly createdAt: Date };

async function createWorkspace(tx: Tx, owner: Owner, locale: VisitorContext["locale"]): Promise<string> {
  const orgId = newId();
  const { createdAt } = owner;
  const name = ORGANIZATION_NAME[locale](owner.name);
  await tx.organization.create({ data: { id: orgId, name, slug: slugOf(owner.name), createdAt } });
  await tx.project.create({ data: { id: newId(), orgId, name: "Default", slug: "default", createdAt } });
  await tx.membership.create({ data: { id: newId(), orgId, userId: owner.id, role: "owner", createdAt } });
  return orgId;
}

const decoyProof = () => randomBytes(PROOF_BYTES).toString("base64url");
