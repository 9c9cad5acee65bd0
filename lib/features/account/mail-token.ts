import { createHash, randomBytes } from "node:crypto";
import { newId } from "#lib/base/ids";
import type { Tx } from "#lib/platform/db";

export type MailPurpose = "verify" | "sign-in" | "reset";

const MINUTE_MS = 60_000;
const LIFETIME_MS: Record<MailPurpose, number> = {
  verify: 24 * 60 * MINUTE_MS,
  "sign-in": 15 * MINUTE_MS,
  reset: 15 * MINUTE_MS,
};
const TOKEN_BYTES = 32;

export const lifetimeMinutes = (purpose: MailPurpose) => LIFETIME_MS[purpose] / MINUTE_MS;

type Issue = { readonly userId: string; readonly purpose: MailPurpose; readonly now: Date };

/** Makes the secret of a mailed link; only its hash is stored, and earlier links of the same purpose die. */
export async function issueMailToken(tx: Tx, { userId, purpose, now }: Issue): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  await tx.mailToken.updateMany({ where: { userId, purpose, usedAt: null }, data: { usedAt: now } });
  await tx.mailToken.create({
    data: {
      id: newId(),
      userId,
      purpose,
      hash: digestOf(token),
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_MS[purpose]),
    },
  });
  return token;
}

type Use = { readonly token: string; readonly purposes: readonly MailPurpose[]; readonly now: Date };

/** Uses up a link in one statement, so that of two clicks only one counts. Gives nothing when it is unknown, used or old. */
export async function consumeMailToken(tx: Tx, { token, purposes, now }: Use) {
  const rows = await tx.mailToken.updateManyAndReturn({
    where: { hash: digestOf(token), purpose: { in: [...purposes] }, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
    select: { id: true, userId: true, purpose: true },
  });
  return rows[0];
}

/** Lets a link that has just been used set a password, once and for as long as a mailed link for that would. */
export async function turnIntoReset(tx: Tx, { id, now }: { readonly id: string; readonly now: Date }): Promise<void> {
  const expiresAt = new Date(now.getTime() + LIFETIME_MS.reset);
  await tx.mailToken.update({ where: { id }, data: { purpose: "reset", usedAt: null, expiresAt } });
}

// The token carries 256 bits of its own, so a fast hash is enough.
const digestOf = (token: string) => new Uint8Array(createHash("sha256").update(token).digest());
