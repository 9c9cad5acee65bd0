import type { Usage } from "#lib/base/request-record";
import { countIn, objectIn } from "#lib/gateway/dialects/read";

/** Reads the usage object. Gives nothing when it is missing or a count in it is nonsense: then we estimate. */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectIn(raw);
  const input = objectIn(usage?.input_tokens_details);
  const inputTokens = countIn(usage?.input_tokens);
  const outputTokens = countIn(usage?.output_tokens);
  const cached = countOrNone(input?.cached_tokens);
  const written = countOrNone(input?.cache_write_tokens);
  const reasoning = countOrNone(objectIn(usage?.output_tokens_details)?.reasoning_tokens);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  if (cached === undefined || written === undefined || reasoning === undefined) return undefined;
  const cachedInputTokens = Math.min(cached, inputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(written, inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
    isEstimated: false,
  };
}

/** A sub-count that is not given is none; one that is no count is nothing. */
const countOrNone = (value: unknown): number | undefined =>
  value === undefined || value === null ? 0 : countIn(value);
