import type { Usage } from "#lib/base/request-record";

/** No model's context comes near this: a larger count is nonsense and is not billed as said. */
const TOKENS_MAX = 1_000_000_000;

/** Reads OpenAI's usage object. Gives nothing when it is missing or a count in it is nonsense: then we estimate. */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectOf(raw);
  if (usage === undefined) return undefined;
  const inputTokens = countOf(usage.prompt_tokens);
  const completion = usage.completion_tokens === undefined ? 0 : countOf(usage.completion_tokens);
  if (inputTokens === undefined || completion === undefined) return undefined;
  const { cached, written } = cacheCountsOf(usage);
  const reasoning = countOf(objectOf(usage.completion_tokens_details)?.reasoning_tokens) ?? 0;
  // xAI counts reasoning beside the completion, everybody else inside it; only the total tells.
  const isBeside = reasoning > 0 && usage.total_tokens === inputTokens + completion + reasoning;
  const outputTokens = isBeside ? completion + reasoning : completion;
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

/** Reads from cache: OpenAI's name, DeepSeek's, Moonshot's, Mistral's. Writes to it: OpenAI's name and DashScope's. */
function cacheCountsOf(usage: Readonly<Record<string, unknown>>): {
  readonly cached: number;
  readonly written: number;
} {
  const details = objectOf(usage.prompt_tokens_details);
  const cached =
    details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens ?? usage.num_cached_tokens;
  const written = details?.cache_write_tokens ?? details?.cache_creation_input_tokens;
  return { cached: countOf(cached) ?? 0, written: countOf(written) ?? 0 };
}

/** Gives a value as a plain record, or nothing when it is not one. */
export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

const countOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX ? value : undefined;
