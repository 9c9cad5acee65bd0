import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf, IN_A_200 } from "#tests/support/upstream-head";
import { zhipuProvider as provider } from "./index.ts";

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

it("is never sent `stream_options`, and its usage in the last chunk is billed", async () => {
  const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body: fixture("stream.sse") };
  const body = { stream: true, stream_options: { include_usage: true } };
  const { record, received, text } = await bench.replay({ provider, canned, body });
  expect(received?.body).not.toHaveProperty("stream_options");
  expect(record.usage).toMatchObject({ inputTokens: 24, cachedInputTokens: 8, outputTokens: 12, isEstimated: false });
  expect(text).toContain('"usage":{');
});

it.each([
  ["1113", "quota"],
  ["1302", "rate-limit"],
  ["1308", "quota"],
  ["1312", "overloaded"],
])("a 429 of code %s is %s, as text and as a number, in the open and inside a 200", (code, kind) => {
  for (const spelt of [code, Number(code)]) {
    expect(provider.classify(headOf(429), { error: { code: spelt, message: "m" } }).kind).toBe(kind);
    expect(provider.classify(IN_A_200, { error: { code: spelt, message: "m" } }).kind).toBe(kind);
  }
});

it("what its policy refused is nobody else's to answer", () => {
  expect(provider.classify(IN_A_200, { error: { code: "1301", message: "m" } })).toMatchObject({
    kind: "content-filter",
    isRetryable: false,
  });
});
