import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { defined } from "#lib/gateway/dialects/read";

/** Writes usage as Anthropic counts: input without what was read from and written to the cache. */
export function writeUsage(usage: Usage = NO_USAGE): JsonObject {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return defined({
    input_tokens: Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
    output_tokens_details: reasoningTokens > 0 ? { thinking_tokens: reasoningTokens } : undefined,
  });
}
