import { v5 } from "uuid";
import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { formatUsd, type NanoUsd, nanoUsd, parsePrice } from "#lib/base/units";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { credit } from "#lib/ledger/credit";
import type { Tx } from "#lib/platform/db";
import { AddCreditInput } from "./schema.ts";

// Any constant will do: it keeps ids made of idempotency keys apart from every other use of name-based ids.
const TRANSFER_NAMESPACE = "3e0a7c58-0f5e-4c8b-9f0b-5a1d2f6b7c10";

/** Credits the organisation's wallet. Gives the transfer and the balance right after it, the same ones for a repeated key. */
export async function addCredit(ctx: FeatureContext, raw: z.input<typeof AddCreditInput>) {
  requirePermission(ctx, "credits.write");
  const { amountUsd, reason, idempotencyKey } = AddCreditInput.parse(raw);
  const amount = nanoUsd(parsePrice(amountUsd) ?? 0n);
  const actor = `${ctx.actor.kind}:${ctx.actor.id}`;
  const transferId = idempotencyKey === undefined ? newId() : v5(`${actor} ${idempotencyKey}`, TRANSFER_NAMESPACE);
  const balance = await ctx.db.$transaction(async (tx) => {
    await requireOrganization(tx, ctx.orgId);
    // One at a time per transfer, so that of two equal calls at once the second finds the first.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${transferId}, 0))`;
    const isNew = !(await isKnown(tx, { transferId, orgId: ctx.orgId, amount, reason }));
    const balanceAfter = await credit(tx, { orgId: ctx.orgId, amount, reason, actor, transferId });
    if (isNew)
      await audit(tx, ctx, {
        action: "credit.add",
        target: transferId,
        after: { amountUsd: formatUsd(amount), reason },
      });
    return balanceAfter;
  });
  return { id: transferId, amountUsd: formatUsd(amount), reason, balanceUsd: formatUsd(balance) };
}

type Transfer = {
  readonly transferId: string;
  readonly orgId: string;
  readonly amount: NanoUsd;
  readonly reason: string;
};

/** True when this very credit was made before; refuses when its key was used for another. */
async function isKnown(tx: Tx, { transferId, orgId, amount, reason }: Transfer): Promise<boolean> {
  const known = await tx.ledgerTransfer.findUnique({
    where: { id: transferId },
    select: {
      reason: true,
      entries: { where: { account: { orgId, kind: "wallet" }, amountNano: amount }, select: { id: true } },
    },
  });
  if (!known) return false;
  if (known.reason === reason && known.entries.length > 0) return true;
  throw new AppError("conflict", "This idempotency key was used for another credit.", { param: "idempotency-key" });
}

async function requireOrganization(tx: Tx, orgId: string): Promise<void> {
  const found = await tx.organization.findUnique({ where: { id: orgId }, select: { id: true } });
  if (!found) throw new AppError("not_found", "There is no such organisation.", { param: "id" });
}
