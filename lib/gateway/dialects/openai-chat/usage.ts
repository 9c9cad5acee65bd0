import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { countIn, defined, objectIn } from "../read.ts";

/**
 * Reads a usage object, of OpenAI or of its imitators. Gives nothing where it is missing or a count in it is nonsense: then
 * we estimate.
 */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectIn(raw);
  const input = objectIn(usage?.prompt_tokens_details);
  const output = objectIn(usage?.completion_tokens_details);
  const inputTokens = countIn(usage?.prompt_tokens);
  const visible = visibleIn(usage, inputTokens);
  const cached = countIn(input?.cached_tokens ?? cachedBeside(usage) ?? 0);
  const written = countIn(input?.cache_write_tokens ?? input?.cache_creation_input_tokens ?? 0);
  const thought = countIn(output?.reasoning_tokens ?? 0);
  if (inputTokens === undefined || visible === undefined) return undefined;
  if (cached === undefined || written === undefined || thought === undefined) return undefined;
  const cachedInputTokens = Math.min(cached, inputTokens);
  const said = { inputTokens, visible, thought, total: countIn(usage?.total_tokens) };
  const outputTokens = isReasoningApart(said) ? visible + thought : visible;
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(written, inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(thought, outputTokens),
    ...soundOf(countIn(input?.audio_tokens), countIn(output?.audio_tokens)),
    isEstimated: false,
  };
}

/** Reads the usage of a call that has input only: a total is that, too. */
export const readInputUsage = (raw: unknown): Usage | undefined =>
  readUsage(raw) ?? readUsage({ prompt_tokens: objectIn(raw)?.total_tokens, completion_tokens: 0 });

/** Embeddings have a total only, which is that of their input; some upstreams leave the output out of an answer's, too. */
const visibleIn = (usage: JsonObject | undefined, inputTokens = 0): number | undefined =>
  countIn(usage?.completion_tokens ?? Math.max(0, (countIn(usage?.total_tokens) ?? Number.NaN) - inputTokens));

/** Where DeepSeek, Moonshot and Mistral say what their cache gave. */
const cachedBeside = (usage: JsonObject | undefined) =>
  usage?.prompt_cache_hit_tokens ?? usage?.cached_tokens ?? usage?.num_cached_tokens;

type Said = {
  readonly inputTokens: number;
  readonly visible: number;
  readonly thought: number;
  readonly total: number | undefined;
};

/** xAI counts reasoning beside `completion_tokens`, not within, as its `total_tokens` shows. */
const isReasoningApart = ({ inputTokens, visible, thought, total }: Said) =>
  total === undefined ? thought > visible : total === inputTokens + visible + thought;

const soundOf = (input: number | undefined, output: number | undefined) => ({
  ...(input ? { audioInputTokens: input } : {}),
  ...(output ? { audioOutputTokens: output } : {}),
});

/** Writes a usage object with the sub-counts OpenAI gives. */
export const writeUsage = (usage: Usage): JsonObject => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: defined({
    cached_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens === 0 ? undefined : usage.cacheWriteTokens,
    audio_tokens: usage.audioInputTokens,
  }),
  completion_tokens_details: defined({
    reasoning_tokens: usage.reasoningTokens,
    audio_tokens: usage.audioOutputTokens,
  }),
});
