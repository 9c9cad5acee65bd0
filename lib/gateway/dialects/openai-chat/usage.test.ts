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
