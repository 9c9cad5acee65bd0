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

const ONE = "/v1beta/models/model:embedContent";
const MANY = "/v1beta/models/model:batchEmbedContents";
const content = { parts: [{ text: "a" }] };

type Asked = {
  readonly path: string;
  readonly body: unknown;
  readonly reply?: unknown;
  readonly upstreamModel?: string;
};

async function embed(provider: Provider, { path, body, reply, upstreamModel = "theirs" }: Asked) {
  const before = upstream.received.length;
  upstream.answer({ status: 200, body: JSON.stringify(reply ?? {}) });
  const bench = benchOf([
    modelOf({ deployments: [deploymentOf({ provider, baseUrl: `${upstream.origin}/up`, upstreamModel })] }),
  ]);
  const answer = await handle(requestOf({ path, body }), bench.deps);
  const read = JSON.parse(await bodyOf(answer));
  const [sent] = upstream.received.slice(before);
  return {
    status: answer.status,
    headers: answer.headers,
    body: read,
    record: bench.records[0] ?? bench.notes[0],
    sent,
  };
}

describe("Gemini's vectors from Gemini", () => {
  it("pass through, one", async () => {
    const reply = { embedding: { values: [1, 2] }, usageMetadata: { promptTokenCount: 5 } };
    const { body, record, sent } = await embed(geminiProvider, {
      path: ONE,
      body: { model: "models/model", content, taskType: "CLUSTERING" },
      reply,
    });
    expect(body).toEqual(reply);
    expect(sent).toMatchObject({
      path: "/up/models/theirs:embedContent",
      body: { model: "models/theirs", content, taskType: "CLUSTERING" },
    });
    expect(record).toMatchObject({ endpoint: "embed-content", cost: 5_000n, usage: { isEstimated: false } });
  });

  it("pass through, many: every request names the upstream's model, whatever it said before", async () => {
    const reply = { embeddings: [{ values: [1] }, { values: [2] }] };
    const { body, record, sent } = await embed(geminiProvider, {
      path: MANY,
      body: {
        requests: [
          { model: "models/dearer", content },
          { content, outputDimensionality: 3 },
        ],
      },
      reply,
    });
    expect(body).toEqual(reply);
    expect(sent).toMatchObject({
      path: "/up/models/theirs:batchEmbedContents",
      body: {
        requests: [
          { model: "models/theirs", content },
          { model: "models/theirs", content, outputDimensionality: 3 },
        ],
      },
    });
    expect(record).toMatchObject({ endpoint: "batch-embed-contents", usage: { isEstimated: true, outputTokens: 0 } });
  });

  it("502: a 200 without vectors is none", async () => {
    const asked = { path: MANY, body: { requests: [{ content }] }, reply: { embedding: { values: [1] } } };
    expect((await embed(geminiProvider, asked)).status).toBe(502);
  });
});

describe("Gemini's vectors from an upstream of OpenAI's dialect", () => {
  const reply = {
    object: "list",
    model: "theirs",
    data: [{ object: "embedding", index: 0, embedding: [0.5, -1] }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  };

  it("are asked of it in its words, and what it has no word for is reported", async () => {
    const { status, headers, body, record, sent } = await embed(openAiCompatibleProvider, {
      path: ONE,
      body: { content, taskType: "CLUSTERING", outputDimensionality: 2 },
      reply,
    });
    expect(status).toBe(200);
    expect(body).toEqual({ embedding: { values: [0.5, -1] }, usageMetadata: { promptTokenCount: 5 } });
    expect(sent).toMatchObject({ path: "/up/embeddings", body: { model: "theirs", input: "a", dimensions: 2 } });
    expect(headers["x-switchyard-dropped"]).toBe("taskType");
    expect(record).toMatchObject({ cost: 5_000n, attempts: [{ dropped: ["taskType"] }] });
  });

  it("502: fewer vectors than texts are no answer", async () => {
    const asked = { path: MANY, body: { requests: [{ content }, { content }] }, reply };
    expect((await embed(openAiCompatibleProvider, asked)).status).toBe(502);
  });

  it("400: a picture, by the name of its field and in Gemini's words", async () => {
    const body = { content: { parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] } };
    const refused = await embed(openAiCompatibleProvider, { path: ONE, body });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({ status: "INVALID_ARGUMENT" });
    expect(refused.body.error.message).toContain("content.parts.0.inlineData");
    expect(refused.sent).toBeUndefined();
  });
});

describe("OpenAI's vectors from Gemini", () => {
  const reply = { embeddings: [{ values: [0.5, -1] }] };
  const asked = { path: "/v1/embeddings", reply };

  it("are asked of it by the batch; a usage it does not say is estimated, told and billed alike", async () => {
    const { body, record, sent } = await embed(geminiProvider, {
      ...asked,
      body: { model: "model", input: "a", dimensions: 2 },
    });
    expect(sent).toMatchObject({
      path: "/up/models/theirs:batchEmbedContents",
      body: { requests: [{ model: "models/theirs", content, outputDimensionality: 2 }] },
    });
    expect(body).toMatchObject({ object: "list", model: "model", data: [{ index: 0, embedding: [0.5, -1] }] });
    expect(record?.usage).toMatchObject({ inputTokens: body.usage.prompt_tokens, isEstimated: true });
    expect(body.usage.prompt_tokens).toBeGreaterThan(0);
  });

  it("come in base64 where that is asked for", async () => {
    const body = { model: "model", input: ["a"], encoding_format: "base64" };
    const vector = Buffer.from(new Float32Array([0.5, -1]).buffer).toString("base64");
    expect((await embed(geminiProvider, { ...asked, body })).body.data[0].embedding).toBe(vector);
  });

  it("are billed by the usage it says", async () => {
    const said = { ...reply, usageMetadata: { promptTokenCount: 9 } };
    const { body, record } = await embed(geminiProvider, {
      ...asked,
      body: { model: "model", input: "a" },
      reply: said,
    });
    expect(body.usage).toEqual({ prompt_tokens: 9, total_tokens: 9 });
    expect(record).toMatchObject({ cost: 9_000n, usage: { isEstimated: false } });
  });

  it.each([[[1, 2]], [[[1], [2]]]])("400: tokens cannot be said to it (%j)", async (input) => {
    const { status, body, sent } = await embed(geminiProvider, { ...asked, body: { model: "model", input } });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: "not_translatable", param: "input" });
    expect(sent).toBeUndefined();
  });
});

describe("400", () => {
  it.each([
    ["no content", ONE, {}, "content"],
    ["a content that is none", ONE, { content: "a" }, "content"],
    ["no requests", MANY, {}, "requests"],
    ["requests that are none", MANY, { requests: {} }, "requests"],
    ["an empty batch", MANY, { requests: [] }, "requests"],
    ["too large a batch", MANY, { requests: Array(2_049).fill({ content }) }, "requests"],
    ["a request that is none", MANY, { requests: [7] }, "requests.0"],
    ["a request without content", MANY, { requests: [{ content }, {}] }, "requests.1.content"],
  ])("%s", async (...row) => {
    const [, path, body, param] = row;
    const { status, body: read, sent } = await embed(geminiProvider, { path, body });
    expect(status).toBe(400);
    expect(JSON.stringify(read.error.details)).toContain(`"field":"${param}"`);
    expect(sent).toBeUndefined();
  });

  it("a provider without vectors does not offer them", async () => {
    for (const asked of [
      { path: ONE, body: { content } },
      { path: "/v1/embeddings", body: { model: "model", input: "a" } },
    ]) {
      const { status, body } = await embed(anthropicProvider, asked);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toContain("endpoint_not_offered");
    }
  });
});
