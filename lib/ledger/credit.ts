import type { NanoUsd } from "#lib/base/units";
import type { Tx } from "#lib/platform/db";

export type Credit = {
  readonly orgId: string;
  /** Positive, at most a million dollars. */
  readonly amount: NanoUsd;
  readonly reason: string;
  readonly actor: string;
  /** The same id again with the same content credits nothing more. */
  readonly transferId: string;
};

/**
 * Credits an organisation's wallet, inside the caller's transaction. Gives the wallet's balance after it in nano-dollars.
 * The database refuses an amount out of bounds (SQLSTATE 22023) and a transfer id used for something else (23505).
 */
export async function credit(tx: Pick<Tx, "$queryRaw">, given: Credit): Promise<bigint> {
  const { orgId, amount, reason, actor, transferId } = given;
  const rows = await tx.$queryRaw<{ balance: bigint }[]>`
    SELECT ledger_credit(${orgId}::uuid, ${amount}::bigint, ${reason}, ${actor}, ${transferId}::uuid) AS balance`;
  return rows[0]?.balance ?? 0n;
}
