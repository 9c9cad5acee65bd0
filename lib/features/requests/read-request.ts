import { z } from "zod";
import { AppError } from "#lib/base/errors";
import { formatUsd } from "#lib/base/units";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { ReadRequestInput } from "./schema.ts";
import { REQUEST_SHOWN, shownRequest } from "./shown-request.ts";

const StoredAttempts = z.array(
  z.object({
    deployment: z.string(),
    provider: z.string(),
    credential: z.string(),
    status: z.number(),
    failure: z.string().optional(),
    durationMs: z.number(),
    costNano: z.string().regex(/^-?\d+$/),
  }),
);
const StoredRejections = z.array(z.object({ deployment: z.string(), reason: z.string() }));

const SHOWN = {
  ...REQUEST_SHOWN,
  attempts: true,
  rejected: true,
  cachedInputTokens: true,
  cacheWriteTokens: true,
  reasoningTokens: true,
  isEstimated: true,
  upstreamCostNano: true,
  configVersion: true,
} as const;

/** Reads one request with every attempt, and every deployment that was passed over and why. */
export async function readRequest(ctx: PlatformContext, raw: z.input<typeof ReadRequestInput>) {
  requirePermission(ctx, "requests.read");
  const { id } = ReadRequestInput.parse(raw);
  const row = await ctx.db.usageEvent.findUnique({
    where: { id, ...(ctx.orgId === null ? {} : { orgId: ctx.orgId }) },
    select: SHOWN,
  });
  if (!row) throw new AppError("not_found", "There is no such request.", { param: "id" });
  const { attempts, rejected, upstreamCostNano, ...rest } = row;
  return {
    ...shownRequest(rest),
    cachedInputTokens: Number(row.cachedInputTokens),
    cacheWriteTokens: Number(row.cacheWriteTokens),
    reasoningTokens: Number(row.reasoningTokens),
    upstreamCostUsd: formatUsd(upstreamCostNano),
    attempts: StoredAttempts.parse(attempts).map(shownAttempt),
    rejected: StoredRejections.parse(rejected),
  };
}

const shownAttempt = ({ costNano, failure, ...attempt }: z.output<typeof StoredAttempts>[number]) => ({
  ...attempt,
  failure: failure ?? null,
  costUsd: formatUsd(BigInt(costNano)),
});
