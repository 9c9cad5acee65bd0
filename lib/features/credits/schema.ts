import { z } from "zod";
import { parsePrice } from "#lib/base/units";

const REASON_LENGTH_MAX = 500;
const KEY_LENGTH_MAX = 255;

/** Dollars as a decimal text, or as a number, with at most nine places. */
const amountUsd = z
  .union([z.string(), z.number()])
  .refine((given) => (parsePrice(given) ?? 0n) > 0n, "must be a positive amount of dollars with at most nine decimals");

export const AddCreditInput = z.strictObject({
  amountUsd,
  reason: z.string().trim().min(1).max(REASON_LENGTH_MAX),
  /** The same key with the same credit is answered again and credits nothing more. */
  idempotencyKey: z.string().min(1).max(KEY_LENGTH_MAX).optional(),
});
