import { describe, expect, test } from "vitest";
import { decodeReply } from "./decode-reply.ts";
import { encodeReply } from "./encode-reply.ts";
import { answer } from "./fixtures/answer.ts";
import { CONTEXT } from "./fixtures/exchange.ts";
import { readUsage } from "./read-usage.ts";

describe("usage", () => {
  test("thoughts count as output, what tools brought as input, cached tokens are part of the input", () => {
    const usage = {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 20,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 50,
      totalTokenCount: 200,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 90 },
        { modality: "AUDIO", tokenCount: 10 },
      ],
      candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 5 }],
    };
    expect(readUsage(usage)).toStrictEqual({
      inputTokens: 120,
      cachedInputTokens: 60,
      cacheWriteTokens: 0,
      outputTokens: 80,
      reasoningTokens: 50,
      audioInputTokens: 10,
      audioOutputTokens: 5,
      isEstimated: false,
    });
  });

  test("is written apart again, and says the tier that served", () => {
    const reply = decodeReply(
      answer(
        {},
        {
          usageMetadata: {
            promptTokenCount: 9,
            cachedContentTokenCount: 4,
            candidatesTokenCount: 5,
            thoughtsTokenCount: 6,
            candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 2 }],
            serviceTier: "standard",
          },
        },
      ),
      CONTEXT,
    );
    expect(reply.serviceTier).toBe("default");
    expect(encodeReply(reply, CONTEXT).body.usageMetadata).toStrictEqual({
      promptTokenCount: 9,
      candidatesTokenCount: 5,
      totalTokenCount: 20,
      cachedContentTokenCount: 4,
      thoughtsTokenCount: 6,
      candidatesTokensDetails: [
        { modality: "TEXT", tokenCount: 3 },
        { modality: "AUDIO", tokenCount: 2 },
      ],
      serviceTier: "standard",
    });
  });

  test.each([
    [undefined],
    ["many"],
    [{ trafficType: "ON_DEMAND" }],
    [{ promptTokenCount: -1 }],
    [{ promptTokenCount: 1.5 }],
    [{ promptTokenCount: "9" }],
    [{ promptTokenCount: 9, candidatesTokenCount: 1e12 }],
    [{ promptTokenCount: 9, thoughtsTokenCount: null, cachedContentTokenCount: "x" }],
  ])("%j is no usage", (raw) => {
    expect(readUsage(raw)).toBeUndefined();
  });
});
