import { expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { ollamaProvider as provider } from "./index.ts";

it("needs no key, and the caller's limit reaches it by the name it knows", () => {
  expect(provider.authorize("")).toEqual({});
  expect(provider.rename).toEqual({ max_completion_tokens: "max_tokens" });
});

it("plain words as an error are understood", () => {
  expect(provider.classify(headOf(400), { error: "prompt too long; exceeded max context length by 4 tokens" })).toEqual(
    {
      kind: "context-too-long",
      isRetryable: false,
    },
  );
  expect(provider.classify(headOf(500), { error: "llama runner process has terminated" }).kind).toBe("server");
});

it("a stream whose model died, which it ends without a word, is a failure", async () => {
  const bench = await openReplay();
  const chunk = (delta: unknown) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
  const canned = {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    body: chunk({ role: "assistant", reasoning: "Let me see." }) + chunk({ role: "assistant", content: "" }),
  };
  const { text, record } = await bench.replay({ provider, canned, body: { stream: true } });
  expect(text).toContain('"error"');
  expect(text).not.toContain("[DONE]");
  // What it thought aloud was delivered, so it counts.
  expect(record.usage).toMatchObject({ outputTokens: 3, isEstimated: true });
  await bench.close();
});
