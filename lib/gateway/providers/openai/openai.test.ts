import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { openAiProvider } from "./index.ts";

const { classify } = openAiProvider;

it("is asked at its own address for every operation", () => {
  const at = (operation: Parameters<typeof openAiProvider.urlOf>[1]) =>
    openAiProvider.urlOf(openAiProvider.defaultBaseUrl ?? "", operation, "gpt-5-nano");
  expect(at("chat-completions")).toBe("https://api.openai.com/v1/chat/completions");
  expect(at("moderations")).toBe("https://api.openai.com/v1/moderations");
});

it("an account at its spending limit is a quota, whatever the status", () => {
  expect(classify(headOf(400), { error: { code: "billing_hard_limit_reached" } })).toMatchObject({
    kind: "quota",
    isRetryable: true,
  });
  expect(classify(headOf(429), { error: { code: "billing_not_active" } }).kind).toBe("quota");
});

it("tokens written to the cache are billed as such, those read from it as read", async () => {
  const bench = await openReplay();
  const body = readFileSync(new URL("./fixtures/chat.json", import.meta.url), "utf8");
  const { record } = await bench.replay({ provider: openAiProvider, canned: { status: 200, body } });
  expect(record.usage).toMatchObject({
    inputTokens: 24,
    cachedInputTokens: 8,
    cacheWriteTokens: 4,
    reasoningTokens: 3,
  });
  await bench.close();
});
