import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { moonshotProvider as provider } from "./index.ts";

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
const usage = { inputTokens: 24, cachedInputTokens: 8, outputTokens: 12, reasoningTokens: 4, isEstimated: false };

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

it("cached tokens at the top of its usage are read", async () => {
  const { record } = await bench.replay({ provider, canned: { status: 200, body: fixture("chat.json") } });
  expect(record.usage).toMatchObject(usage);
});

it("usage inside the last choice of a stream is read", async () => {
  const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body: fixture("stream.sse") };
  const { record } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(record.usage).toMatchObject(usage);
});

it("three kinds of 429 are told apart by their type", () => {
  const kind = (type: string) => provider.classify(headOf(429), { error: { type, message: "m" } }).kind;
  expect(kind("rate_limit_reached_error")).toBe("rate-limit");
  expect(kind("exceeded_current_quota_error")).toBe("quota");
  expect(kind("engine_overloaded_error")).toBe("overloaded");
});
