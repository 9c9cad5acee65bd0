import type { Usage } from "#lib/base/request-record";
import { countIn, objectIn } from "#lib/gateway/dialects/read";

/**
 * Reads Anthropic's usage object, whose input_tokens leave out what was read from and written to the cache. Gives nothing
 * when it is missing or a count in it is nonsense: then we estimate.
 */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectIn(raw);
  const fresh = countIn(usage?.input_tokens);
  const cachedInputTokens = countOrNone(usage?.cache_read_input_tokens);
  const cacheWriteTokens = countOrNone(usage?.cache_creation_input_tokens);
  const outputTokens = countOrNone(usage?.output_tokens);
  const thinking = countOrNone(objectIn(usage?.output_tokens_details)?.thinking_tokens);
  if (fresh === undefined || cachedInputTokens === undefined || cacheWriteTokens === undefined) return undefined;
  if (outputTokens === undefined || thinking === undefined) return undefined;
  const inputTokens = countIn(fresh + cachedInputTokens + cacheWriteTokens);
  if (inputTokens === undefined) return undefined;
  const reasoningTokens = Math.min(thinking, outputTokens);
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens, isEstimated: false };
}

const countOrNone = (value: unknown): number | undefined =>
  value === undefined || value === null ? 0 : countIn(value);
