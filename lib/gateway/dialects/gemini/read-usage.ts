import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { countIn, listIn, objectIn, textIn } from "#lib/gateway/dialects/read";

/**
 * Reads `usageMetadata`. Thoughts are counted apart from the candidates, what tools gave the model apart from the prompt.
 * Gives nothing when the prompt's count is missing or a count is nonsense: then we estimate.
 */
export function readUsage(raw: unknown): Usage | undefined {
  const usage = objectIn(raw);
  const prompt = countIn(usage?.promptTokenCount);
  if (usage === undefined || prompt === undefined) return undefined;
  const tools = countOr0(usage.toolUsePromptTokenCount);
  const cached = countOr0(usage.cachedContentTokenCount);
  const thoughts = countOr0(usage.thoughtsTokenCount);
  if (tools === undefined || cached === undefined || thoughts === undefined) return undefined;
  // Proto JSON leaves zeros out; what is left out and was none stands in the total.
  const total = countIn(usage.totalTokenCount) ?? 0;
  const visible = countIn(usage.candidatesTokenCount ?? Math.max(0, total - prompt - tools - thoughts));
  if (visible === undefined) return undefined;
  const audioInputTokens = audioIn(usage.promptTokensDetails);
  const audioOutputTokens = audioIn(usage.candidatesTokensDetails);
  return {
    inputTokens: prompt + tools,
    cachedInputTokens: Math.min(cached, prompt + tools),
    cacheWriteTokens: 0,
    outputTokens: visible + thoughts,
    reasoningTokens: thoughts,
    ...(audioInputTokens === undefined ? {} : { audioInputTokens }),
    ...(audioOutputTokens === undefined ? {} : { audioOutputTokens }),
    isEstimated: false,
  };
}

/** Proto JSON leaves zeros out. */
const countOr0 = (value: unknown) => (value === undefined || value === null ? 0 : countIn(value));

function audioIn(details: unknown): number | undefined {
  const sound = listIn(details)
    .map((detail): JsonObject => objectIn(detail) ?? {})
    .find(({ modality }) => textIn(modality) === "AUDIO");
  return countIn(sound?.tokenCount);
}
