import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { mistralProvider as provider } from "./index.ts";

const chat = readFileSync(new URL("./fixtures/chat.json", import.meta.url), "utf8");

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

it("is sent nothing that it answers 422 to, where that changes no answer", async () => {
  const body = { max_completion_tokens: 9, seed: 7, store: false, user: "u", stream_options: undefined };
  const { received } = await bench.replay({ provider, canned: { status: 200, body: chat }, body });
  expect(Object.keys(received?.body ?? {}).sort()).toEqual(["max_tokens", "messages", "model", "random_seed"]);
  expect(received?.body).toMatchObject({ max_tokens: 9, random_seed: 7 });
});

it("a field that would change the answer goes along, and its refusal is known as the caller's", () => {
  expect(provider.drop).not.toContain("logit_bias");
  const body = { object: "error", message: { detail: [{ type: "extra_forbidden" }] }, type: "invalid_request_error" };
  expect(provider.classify(headOf(422), body)).toMatchObject({ kind: "bad-request", isRetryable: false });
});

it("a full service is told from a full quota, as 429 and as 503", () => {
  const body = {
    object: "error",
    message: "Service tier capacity exceeded for this model.",
    type: "invalid_request_error",
  };
  expect(provider.classify(headOf(429), body).kind).toBe("overloaded");
  expect(provider.classify(headOf(503), body).kind).toBe("overloaded");
});

it("thinking that streams as parts is content, and counts where the usage is missing", async () => {
  const part = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
  const frame = (delta: unknown, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const body = frame({ content: [part("a".repeat(80))] }) + frame({ content: "" }, "stop");
  const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body };
  const { record } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(record.usage).toMatchObject({ outputTokens: 20, isEstimated: true });
});
