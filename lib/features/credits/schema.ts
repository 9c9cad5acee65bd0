import { z } from "zod";
import { NANO_PER_USD, parsePrice } from "#lib/base/units";

const REASON_LENGTH_MAX = 500;
const KEY_LENGTH_MAX = 255;
/** The ledger refuses more: all that is ever credited has to fit into the account it comes from. */
const AMOUNT_MAX = 1_000_000n * NANO_PER_USD;

/** Dollars as a decimal text, or as a number, with at most nine places. */
const amountUsd = z
  .union([z.string(), z.number()])
  .refine((given) => (parsePrice(given) ?? 0n) > 0n, "must be a positive amount of dollars with at most nine decimals")
  .refine((given) => (parsePrice(given) ?? 0n) <= AMOUNT_MAX, "must be at most a million dollars");

export const AddCreditInput = z.strictObject({
  amountUsd,
  reason: z.string().trim().min(1).max(REASON_LENGTH_MAX),
  /** The same key with the same credit is answered again and credits nothing more. */
  idempotencyKey: z.string().min(1).max(KEY_LENGTH_MAX).optional(),
});
