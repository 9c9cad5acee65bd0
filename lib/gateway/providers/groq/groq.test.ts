import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { groqProvider as provider } from "./index.ts";

const { classify } = provider;

it("usage that only `x_groq` carries is billed", async () => {
  const bench = await openReplay();
  const body = readFileSync(new URL("./fixtures/stream.sse", import.meta.url), "utf8");
  const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body };
  const { record } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(record.usage).toMatchObject({ inputTokens: 24, cachedInputTokens: 8, outputTokens: 12, isEstimated: false });
  await bench.close();
});

it("a 413 is a limit of tokens a minute, which another upstream may not have", () => {
  const body = { error: { message: "Request too large", type: "tokens", code: "rate_limit_exceeded" } };
  expect(classify(headOf(413), body)).toMatchObject({ kind: "rate-limit", isRetryable: true });
});

it("a 498 is a full flex tier, with or without a body", () => {
  expect(classify(headOf(498), undefined).kind).toBe("overloaded");
});

it("a tool call the model got wrong is a bad reply, not a bad request", () => {
  const body = { error: { message: "Failed to call a function.", code: "tool_use_failed" } };
  expect(classify(headOf(400), body)).toMatchObject({ kind: "bad-reply", isRetryable: true });
});

it("offers chat only", () => {
  for (const operation of ["completions", "embeddings", "moderations"] as const)
    expect(provider.urlOf("https://a.example", operation, "m")).toBeUndefined();
});
