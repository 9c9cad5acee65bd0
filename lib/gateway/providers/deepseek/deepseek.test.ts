import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { deepSeekProvider as provider } from "./index.ts";

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

it("hits of its cache are read from their own count", async () => {
  const { record } = await bench.replay({ provider, canned: { status: 200, body: fixture("chat.json") } });
  expect(record.usage).toMatchObject({ inputTokens: 24, cachedInputTokens: 8, outputTokens: 12, reasoningTokens: 5 });
});

it("an answer that was kept alive with blank lines is an answer", async () => {
  const canned = { status: 200, body: `\n\n\n${fixture("chat.json")}` };
  const { status, record } = await bench.replay({ provider, canned });
  expect(status).toBe(200);
  expect(record.usage.isEstimated).toBe(false);
});

it("a stream that was kept alive with comments passes them on", async () => {
  const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body: fixture("stream.sse") };
  const { text } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(text.startsWith(": keep-alive\n\n")).toBe(true);
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

it("the caller's limit reaches it by the name it knows", async () => {
  const canned = { status: 200, body: fixture("chat.json") };
  const { received } = await bench.replay({ provider, canned, body: { max_completion_tokens: 99 } });
  expect(received?.body).toMatchObject({ max_tokens: 99 });
  expect(received?.path).toBe("/chat/completions");
});
