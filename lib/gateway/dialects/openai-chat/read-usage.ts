import type { Usage } from "#lib/base/request-record";

/** No model's context comes near this: a larger count is nonsense and is not billed as said. */
const TOKENS_MAX = 1_000_000_000;

/** Reads OpenAI's usage object. Gives nothing when it is missing or a count in it is nonsense: then we estimate. */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectOf(raw);
  const inputTokens = countOf(usage?.prompt_tokens);
  const outputTokens = usage?.completion_tokens === undefined ? 0 : countOf(usage.completion_tokens);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cached = countOf(objectOf(usage?.prompt_tokens_details)?.cached_tokens) ?? 0;
  const reasoning = countOf(objectOf(usage?.completion_tokens_details)?.reasoning_tokens) ?? 0;
  return {
    inputTokens,
    cachedInputTokens: Math.min(cached, inputTokens),
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
    isEstimated: false,
  };
}

/** Gives a value as a plain record, or nothing when it is not one. */
export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

const countOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX ? value : undefined;
