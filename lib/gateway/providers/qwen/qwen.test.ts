import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { qwenProvider as provider } from "./index.ts";

const chat = readFileSync(new URL("./fixtures/chat.json", import.meta.url), "utf8");

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

it("is asked at the compatible mode of the international region", () => {
  expect(provider.urlOf(provider.defaultBaseUrl ?? "", "embeddings", "m")).toBe(
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/embeddings",
  );
});

it("tokens written to its explicit cache are billed as such", async () => {
  const { record } = await bench.replay({ provider, canned: { status: 200, body: chat } });
  expect(record.usage).toMatchObject({ inputTokens: 24, cachedInputTokens: 8, cacheWriteTokens: 10 });
});

it("its `insufficient_quota` is a limit of tokens a minute; only the free quota is an empty account", () => {
  const kind = (message: string) =>
    provider.classify(headOf(429), { error: { code: "insufficient_quota", message } }).kind;
  expect(kind("Allocated quota exceeded, please increase your quota limit.")).toBe("rate-limit");
  expect(kind("Free allocated quota exceeded.")).toBe("quota");
});

it("an error that its own API writes into a stream, without `error` around it, ends the stream as a failure", async () => {
  const error = { code: "DataInspectionFailed", message: "Output data may contain inappropriate content." };
  const canned = {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    body: `data: ${JSON.stringify(error)}\n\n`,
  };
  const { status, text, record } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(status).toBe(400);
  expect(JSON.parse(text).error.code).toBe("DataInspectionFailed");
  expect(record.attempts).toMatchObject([{ failure: "content-filter" }]);
});
