import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { type ReplayUpstream, startReplayUpstream } from "#tests/support/replay-upstream";
import { handle } from "../handle.ts";
import { anthropicProvider } from "../providers/anthropic/index.ts";
import { geminiProvider } from "../providers/gemini/index.ts";
import { openAiCompatibleProvider } from "../providers/openai-compatible/index.ts";
import type { Provider } from "../providers/provider.ts";

let upstream: ReplayUpstream;
beforeAll(async () => {
  upstream = await startReplayUpstream();
});
afterAll(() => upstream.close());

const ANTHROPIC = "/v1/messages/count_tokens";
const GEMINI = "/v1beta/models/model:countTokens";

type Asked = { readonly path: string; readonly body: unknown; readonly key?: string };

async function count(provider: Provider, asked: Asked) {
  const before = upstream.received.length;
  const deployment = deploymentOf({ provider, baseUrl: upstream.origin, upstreamModel: "theirs" });
  const bench = benchOf([modelOf({ deployments: [deployment] })]);
  const reply = await handle(requestOf(asked), bench.deps);
  const body = JSON.parse(await bodyOf(reply));
  const record = bench.records[0] ?? bench.notes[0];
  return { status: reply.status, headers: reply.headers, body, record, bench, sent: upstream.received.slice(before) };
}

const MESSAGES = {
  model: "model",
  system: "a".repeat(100),
  messages: [{ role: "user", content: "a".repeat(300) }],
};

describe("where the upstream counts, the call passes through", () => {
  it("Anthropic's, with the model's own name there, and nothing is billed", async () => {
    upstream.answer({ status: 200, body: '{"input_tokens":2095}' });
    const { status, headers, body, record, bench, sent } = await count(anthropicProvider, {
      path: ANTHROPIC,
      body: { ...MESSAGES, thinking: { type: "enabled", budget_tokens: 1_024 } },
    });
    expect(status).toBe(200);
    expect(body).toEqual({ input_tokens: 2_095 });
    expect(headers).not.toHaveProperty("x-switchyard-estimated");
    expect(headers["x-switchyard-cost"]).toBe("0.000000000");
    expect(sent).toMatchObject([
      { path: "/v1/messages/count_tokens", body: { model: "theirs", thinking: { budget_tokens: 1_024 } } },
    ]);
    expect(record).toMatchObject({
      endpoint: "messages.count_tokens",
      cost: 0n,
      upstreamCost: 0n,
      usage: { inputTokens: 0, outputTokens: 0, isEstimated: false },
    });
    expect(bench.records).toHaveLength(1);
  });

  it("Gemini's: of contents", async () => {
    const reply = { totalTokens: 31, promptTokensDetails: [{ modality: "TEXT", tokenCount: 31 }] };
    upstream.answer({ status: 200, body: JSON.stringify(reply) });
    const contents = [{ role: "user", parts: [{ text: "hi" }] }];
    const { body, record, sent } = await count(geminiProvider, { path: GEMINI, body: { contents } });
    expect(body).toEqual(reply);
    expect(sent).toMatchObject([{ path: "/v1beta/models/theirs:countTokens", body: { contents } }]);
    expect(record).toMatchObject({ endpoint: "count-tokens", cost: 0n, usage: { inputTokens: 0 } });
  });

  it.each(["generateContentRequest", "generate_content_request"])(
    "Gemini's: of a whole request (%s), which names the model again",
    async (name) => {
      upstream.answer({ status: 200, body: '{"totalTokens":31}' });
      const whole = {
        model: "models/model",
        contents: [{ parts: [{ text: "hi" }] }],
        systemInstruction: { parts: [{ text: "s" }] },
      };
      const { sent } = await count(geminiProvider, { path: GEMINI, body: { [name]: whole } });
      expect(sent[0]?.body).toEqual({ [name]: { ...whole, model: "models/theirs" } });
    },
  );

  it("what the upstream refuses is refused, in its words", async () => {
    const refusal = {
      type: "error",
      error: { type: "invalid_request_error", message: "messages.0: odd" },
      request_id: "r",
    };
    upstream.answer({ status: 400, body: JSON.stringify(refusal) });
    const { status, body } = await count(anthropicProvider, { path: ANTHROPIC, body: MESSAGES });
    expect(status).toBe(400);
    expect(body).toEqual(refusal);
  });

  it("502: a 200 without a count is none", async () => {
    upstream.answer({ status: 200, body: '{"tokens":1}' });
    expect((await count(anthropicProvider, { path: ANTHROPIC, body: MESSAGES })).status).toBe(502);
  });
});

describe("where no upstream of the model counts, the answer is our own estimate", () => {
  it("Anthropic's, marked as one, recorded, never sent on and never billed", async () => {
    const { status, headers, body, record, bench, sent } = await count(openAiCompatibleProvider, {
      path: ANTHROPIC,
      body: MESSAGES,
    });
    expect(status).toBe(200);
    expect(body).toEqual({ input_tokens: 100 });
    expect(headers).toMatchObject({ "x-switchyard-estimated": "true", "x-switchyard-model": "model" });
    expect(headers).toHaveProperty("request-id");
    expect(sent).toEqual([]);
    expect(bench.admitted).toEqual([]);
    expect(record).toMatchObject({
      endpoint: "messages.count_tokens",
      requestedModel: "model",
      servedModel: "model",
      status: 200,
      cost: 0n,
    });
  });

  it("Gemini's: of contents, and of a whole request with its tools", async () => {
    const contents = [{ role: "user", parts: [{ text: "a".repeat(40) }] }];
    expect((await count(openAiCompatibleProvider, { path: GEMINI, body: { contents } })).body).toEqual({
      totalTokens: 10,
    });
    const tools = [{ functionDeclarations: [{ name: "look", description: "a".repeat(36) }] }];
    const whole = { generateContentRequest: { model: "models/model", contents, tools } };
    expect((await count(openAiCompatibleProvider, { path: GEMINI, body: whole })).body).toEqual({ totalTokens: 20 });
  });

  it("one dialect's count is not asked of an upstream that has only the other's", async () => {
    const { headers, sent } = await count(geminiProvider, { path: ANTHROPIC, body: MESSAGES });
    expect(headers["x-switchyard-estimated"]).toBe("true");
    expect(sent).toEqual([]);
  });

  it("a test key's, whatever the upstream could", async () => {
    const { body, sent } = await count(anthropicProvider, { path: ANTHROPIC, body: MESSAGES, key: "test-key" });
    expect(body).toEqual({ input_tokens: 100 });
    expect(sent).toEqual([]);
  });
});

describe("400", () => {
  it.each([
    ["no messages", ANTHROPIC, { model: "model" }, "messages"],
    ["an empty list of them", ANTHROPIC, { model: "model", messages: [] }, "messages"],
    ["a role nobody has", ANTHROPIC, { model: "model", messages: [{ role: "x", content: "hi" }] }, "role"],
    [
      "a block that is no block",
      ANTHROPIC,
      { model: "model", messages: [{ role: "user", content: [{ type: "text" }] }] },
      "text",
    ],
    ["no contents", GEMINI, {}, "contents"],
    ["no contents in the whole request", GEMINI, { generateContentRequest: {} }, "contents"],
    ["a whole request that is none", GEMINI, { generateContentRequest: 7 }, "generateContentRequest"],
    ["a part that says two things", GEMINI, { contents: [{ parts: [7] }] }, "parts"],
  ])("%s", async (...row) => {
    const [, path, body, named] = row;
    const given = await count(openAiCompatibleProvider, { path, body });
    expect(given.status).toBe(400);
    expect(given.body.error.message).toContain(named);
  });

  it("without a model", async () => {
    const { messages } = MESSAGES;
    expect((await count(openAiCompatibleProvider, { path: ANTHROPIC, body: { messages } })).status).toBe(400);
  });
});

it("404: an unknown model, in the caller's words", async () => {
  const given = await count(openAiCompatibleProvider, { path: ANTHROPIC, body: { ...MESSAGES, model: "nobody" } });
  expect(given).toMatchObject({ status: 404, body: { type: "error", error: { type: "not_found_error" } } });
});
