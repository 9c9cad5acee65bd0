import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_USAGE, type Usage } from "#lib/base/request-record";
import { parseExact } from "#lib/gateway/json-exact";
import { readUsage, writeUsage } from "./usage.ts";

const of = (said: Partial<Usage>): Usage => ({ ...NO_USAGE, ...said });

describe("usage", () => {
  test("OpenAI's counts are read with their parts", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 7 },
    };
    const read = of({
      inputTokens: 100,
      cachedInputTokens: 40,
      cacheWriteTokens: 10,
      outputTokens: 50,
      reasoningTokens: 30,
      audioInputTokens: 5,
      audioOutputTokens: 7,
    });
    expect(readUsage(usage)).toEqual(read);
    expect(writeUsage(read)).toEqual(usage);
  });

  test.each([
    ["DeepSeek", { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 4 }],
    ["Moonshot", { prompt_tokens: 10, completion_tokens: 1, cached_tokens: 4 }],
  ])("cached tokens are read where %s puts them", (_name, usage) => {
    expect(readUsage(usage)).toEqual(of({ inputTokens: 10, cachedInputTokens: 4, outputTokens: 1 }));
  });

  test("xAI's reasoning, counted beside the output, is added to it", () => {
    const apart = { prompt_tokens: 12, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 320 } };
    const read = of({ inputTokens: 12, outputTokens: 322, reasoningTokens: 320 });
    expect(readUsage({ ...apart, total_tokens: 334 })).toEqual(read);
    expect(readUsage(apart)).toEqual(read);
  });

  test("reasoning within the output is not added", () => {
    const within = { prompt_tokens: 12, completion_tokens: 20, completion_tokens_details: { reasoning_tokens: 8 } };
    const read = of({ inputTokens: 12, outputTokens: 20, reasoningTokens: 8 });
    expect(readUsage({ ...within, total_tokens: 32 })).toEqual(read);
    expect(readUsage(within)).toEqual(read);
  });

  test("null details are not there, and a part is never more than the whole", () => {
    const details = { prompt_tokens_details: { cached_tokens: null }, completion_tokens_details: null };
    expect(readUsage({ prompt_tokens: 3, completion_tokens: 2, ...details })).toEqual(
      of({ inputTokens: 3, outputTokens: 2 }),
    );
    const absurd = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, cached_tokens: 9 };
    expect(readUsage(absurd)).toEqual(of({ inputTokens: 3, cachedInputTokens: 3, outputTokens: 2 }));
  });

  test("a count written with an exponent is a count", () => {
    expect(readUsage(parseExact('{"prompt_tokens":1e3,"completion_tokens":2}'))).toMatchObject({ inputTokens: 1_000 });
  });

  test.each([
    undefined,
    null,
    "many",
    {},
    { prompt_tokens: -1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
    { prompt_tokens: "1", completion_tokens: 1 },
    { prompt_tokens: 1, completion_tokens: 1e12 },
    { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: -1 } },
    { prompt_tokens: 1, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: "x" } },
  ])("%j is no usage", (raw) => {
    expect(readUsage(raw)).toBeUndefined();
  });
});

const counts = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

describe("usage of others", () => {
  test.each([
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

  test("counts reasoning inside the output, also where an upstream counts it beside", () => {
    const reasoning = { completion_tokens_details: { reasoning_tokens: 15 } };
    expect(readUsage({ ...counts, ...reasoning })).toMatchObject({ outputTokens: 20, reasoningTokens: 15 });
    expect(readUsage({ ...counts, ...reasoning, total_tokens: 135 })).toMatchObject({
      outputTokens: 35,
      reasoningTokens: 15,
    });
  });

  test("of embeddings has no output, where none is said; a null is nonsense, not zero", () => {
    expect(readUsage({ prompt_tokens: 7, total_tokens: 7 })).toMatchObject({ inputTokens: 7, outputTokens: 0 });
    expect(readUsage({ prompt_tokens: 7, completion_tokens: null })).toBeUndefined();
  });

  test("never counts parts above the whole, whatever an upstream says", () => {
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
