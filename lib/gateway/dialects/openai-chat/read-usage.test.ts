import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUsage } from "./read-usage.ts";

const counts = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

describe("usage", () => {
  it.each([
    ["OpenAI", { prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 } }, [40, 30]],
    ["DashScope", { prompt_tokens_details: { cached_tokens: 40, cache_creation_input_tokens: 30 } }, [40, 30]],
    ["DeepSeek", { prompt_cache_hit_tokens: 40, prompt_cache_miss_tokens: 60 }, [40, 0]],
    ["Moonshot", { cached_tokens: 40 }, [40, 0]],
    ["Mistral", { num_cached_tokens: 40 }, [40, 0]],
    ["one who knows no cache", {}, [0, 0]],
  ])("of %s is read with what its cache gave and took", (_who, details, expected) => {
    const usage = readUsage({ ...counts, ...details });
    expect(usage?.inputTokens).toBe(100);
    expect([usage?.cachedInputTokens, usage?.cacheWriteTokens]).toEqual(expected);
  });

  it("counts reasoning inside the output, also where an upstream counts it beside", () => {
    const reasoning = { completion_tokens_details: { reasoning_tokens: 15 } };
    expect(readUsage({ ...counts, ...reasoning })).toMatchObject({ outputTokens: 20, reasoningTokens: 15 });
    expect(readUsage({ ...counts, ...reasoning, total_tokens: 135 })).toMatchObject({
      outputTokens: 35,
      reasoningTokens: 15,
    });
  });

  it("of embeddings has no output, where none is said; a null is nonsense, not zero", () => {
    expect(readUsage({ prompt_tokens: 7, total_tokens: 7 })).toMatchObject({ inputTokens: 7, outputTokens: 0 });
    expect(readUsage({ prompt_tokens: 7, completion_tokens: null })).toBeUndefined();
  });

  it("never counts parts above the whole, whatever an upstream says", () => {
    const count = fc.oneof(fc.nat(), fc.integer(), fc.double(), fc.string(), fc.constant(null));
    const said = fc.record({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      cached_tokens: count,
      prompt_tokens_details: fc.record({ cache_write_tokens: count }),
      completion_tokens_details: fc.record({ reasoning_tokens: count }),
    });
    fc.assert(
      fc.property(said, (raw) => {
        const usage = readUsage(raw);
        if (usage === undefined) return;
        expect(usage.cachedInputTokens + usage.cacheWriteTokens).toBeLessThanOrEqual(usage.inputTokens);
        expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens);
        expect(Math.min(...Object.values(usage).map(Number))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
