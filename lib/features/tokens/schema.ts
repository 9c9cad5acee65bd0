import { z } from "zod";

const SLUG_LENGTH_MAX = 64;

export const IssueTokenInput = z.strictObject({
  /** The URL name of a project of the organisation; without one the token belongs to none. */
  project: z.string().min(1).max(SLUG_LENGTH_MAX).nullish(),
});
