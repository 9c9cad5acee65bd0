import { z } from "zod";

const HOURS_MAX = 31 * 24;

export const SummarizeUsageInput = z.strictObject({
  hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24),
  by: z.literal("model").default("model"),
  /** For the platform's people; inside an organisation it is always that one. */
  orgId: z.uuid().optional(),
  projectId: z.uuid().optional(),
});
