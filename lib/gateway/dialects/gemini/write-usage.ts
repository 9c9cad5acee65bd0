import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { defined } from "#lib/gateway/dialects/read";
import { writeServiceTier } from "./service-tier.ts";

/** Writes `usageMetadata`, which also names the tier that served. */
export const writeUsage = (usage: Usage, serviceTier?: string): JsonObject =>
  defined({
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    cachedContentTokenCount: usage.cachedInputTokens || undefined,
    thoughtsTokenCount: usage.reasoningTokens || undefined,
    promptTokensDetails: details(usage.inputTokens, usage.audioInputTokens),
    candidatesTokensDetails: details(usage.outputTokens - usage.reasoningTokens, usage.audioOutputTokens),
    serviceTier: serviceTier && writeServiceTier(serviceTier),
  });

const details = (all: number, sound: number | undefined) =>
  sound === undefined
    ? undefined
    : [
        { modality: "TEXT", tokenCount: Math.max(0, all - sound) },
        { modality: "AUDIO", tokenCount: sound },
      ];
