import { describe, expect, it } from "vitest";
import { handle } from "#lib/gateway/handle";
import { anthropicProvider } from "#lib/gateway/providers/anthropic/index";
import { openAiCompatibleProvider } from "#lib/gateway/providers/openai-compatible/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { startReplayUpstream } from "#tests/support/replay-upstream";

const ANSWER = JSON.stringify({
  id: "x",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "one two three" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
});

/** Asks in Anthropic's words with these stop sequences, of an upstream that answers in chat's. */
async function asked(stops: readonly string[], provider: Provider = openAiCompatibleProvider) {
  const upstream = await startReplayUpstream();
  upstream.answer({ status: 200, headers: { "content-type": "application/json" }, body: ANSWER });
  const bench = benchOf([modelOf({ deployments: [deploymentOf({ provider, baseUrl: upstream.origin })] })]);
  const messages = [{ role: "user", content: "hi" }];
  const body = { model: "model", max_tokens: 10, messages, stop_sequences: stops };
  const reply = await handle(requestOf({ path: "/v1/messages", body }), bench.deps);
  const text = await bodyOf(reply);
  await upstream.close();
  return { status: reply.status, text, sent: JSON.stringify(upstream.received[0]?.body) };
}

const many = (count: number, length = 8) => Array.from({ length: count }, (_, at) => String(at).padEnd(length, "z"));

describe("stop sequences of a translated call", () => {
  it("are the upstream's as far as it takes so many, else the gateway's own", async () => {
    expect((await asked(["two"])).sent).toContain('"stop":["two"]');
    const { sent, text } = await asked([...many(5), "two"]);
    expect(sent).not.toContain('"stop"');
    expect(JSON.parse(text)).toMatchObject({ content: [{ text: "one " }], stop_sequence: "two" });
  });

  it.each([
    ["more than 32", many(33)],
    ["longer than 256 characters", many(5, 257)],
  ])("400: %s, which no upstream takes from us", async (_, stops) => {
    const { status, text } = await asked(stops);
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining("stop sequences") });
  });

  it("an empty one among many stops nothing", async () => {
    const { text } = await asked(["", ...many(5)]);
    expect(JSON.parse(text)).toMatchObject({ content: [{ text: "one two three" }], stop_reason: "end_turn" });
  });

  it("are not ours to bound where the words pass through", async () => {
    expect((await asked(many(33), anthropicProvider)).sent).toContain("32zzzzzz");
  });
});
