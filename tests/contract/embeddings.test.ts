import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cohereProvider } from "#lib/gateway/providers/cohere/index";
import { geminiProvider } from "#lib/gateway/providers/gemini/index";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { deploymentOf, modelOf } from "#tests/support/gateway";
import { type GatewayDoor, openGatewayDoor } from "#tests/support/gateway-door";
import { type ReplayUpstream, startReplayUpstream } from "#tests/support/replay-upstream";

let upstream: ReplayUpstream;
let door: GatewayDoor;
beforeAll(async () => {
  upstream = await startReplayUpstream();
  const through = (id: string, provider: Provider) =>
    modelOf({
      id,
      deployments: [deploymentOf({ id, provider, baseUrl: `${upstream.origin}/up`, upstreamModel: `upstream-${id}` })],
    });
  door = await openGatewayDoor([
    through("gemini", geminiProvider),
    through("openai", openAiProvider),
    through("cohere", cohereProvider),
  ]);
});
afterAll(async () => {
  await door.close();
  await upstream.close();
});

const openai = () => new OpenAI({ apiKey: "good-key", baseURL: `${door.origin}/v1`, maxRetries: 0 });
const google = () => new GoogleGenAI({ apiKey: "good-key", httpOptions: { baseUrl: door.origin } });

const VECTORS = [
  [0.5, -0.25, 1],
  [2, 0, -4],
];

const geminiReply = (vectors: readonly (readonly number[])[]) => ({
  status: 200,
  body: JSON.stringify({ embeddings: vectors.map((values) => ({ values })) }),
});

/** Each vector says which input it is of; here the last comes first. */
const openAiReply = (vectors: readonly (readonly number[])[]) => ({
  status: 200,
  body: JSON.stringify({
    object: "list",
    model: "theirs",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })).toReversed(),
    usage: { prompt_tokens: 6, total_tokens: 6 },
  }),
});

describe("the openai package in front of Gemini", () => {
  it.each([undefined, "float", "base64"] as const)("gets its vectors (%s)", async (format) => {
    upstream.answer(geminiReply(VECTORS));
    const reply = await openai().embeddings.create({
      model: "gemini",
      input: ["a", "b"],
      dimensions: 3,
      encoding_format: format,
    });
    const floats = reply.data.map(({ embedding }) => decoded(embedding));
    expect(floats).toEqual(VECTORS);
    expect(reply.model).toBe("gemini");
    expect(reply.usage.prompt_tokens).toBeGreaterThan(0);
    expect(reply.usage.total_tokens).toBe(reply.usage.prompt_tokens);
    const model = "models/upstream-gemini";
    expect(upstream.received.at(-1)).toMatchObject({
      path: "/up/models/upstream-gemini:batchEmbedContents",
      body: {
        requests: ["a", "b"].map((text) => ({ model, content: { parts: [{ text }] }, outputDimensionality: 3 })),
      },
    });
  });

  it("gets every number of a vector, also of more digits than a double holds", async () => {
    upstream.answer({ status: 200, body: '{"embeddings":[{"values":[0.12345678901234567890,1.0,-0.25]}]}' });
    const reply = await openai().embeddings.create({ model: "gemini", input: "a", encoding_format: "float" });
    expect(reply.data[0]?.embedding).toEqual([0.12345678901234568, 1, -0.25]);
  });

  it("hears of an error where a vector holds what is no number", async () => {
    upstream.answer({ status: 200, body: '{"embeddings":[{"values":[0.5,null]}]}' });
    const refused = await openai()
      .embeddings.create({ model: "gemini", input: "a" })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 502 });
  });

  it("raises its own exception for tokens, which name the field", async () => {
    const refused = await openai()
      .embeddings.create({ model: "gemini", input: [1, 2, 3] })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
    expect(refused).toMatchObject({ param: "input", code: "not_translatable" });
  });

  it("hears of what the upstream refuses", async () => {
    const error = { code: 400, message: "at most 100 requests can be in one batch", status: "INVALID_ARGUMENT" };
    upstream.answer({ status: 400, body: JSON.stringify({ error }) });
    const refused = await openai()
      .embeddings.create({ model: "gemini", input: Array(101).fill("a") })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
    expect(refused).toMatchObject({ message: expect.stringContaining("at most 100 requests") });
  });
});

/** Base64 that was asked for by name is given as it came. */
function decoded(embedding: number[] | string): number[] {
  if (typeof embedding !== "string") return embedding;
  const bytes = Buffer.from(embedding, "base64");
  return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
}

describe("the @google/genai package", () => {
  it("has its words go to Gemini as they are", async () => {
    upstream.answer(geminiReply(VECTORS));
    const { embeddings } = await google().models.embedContent({
      model: "gemini",
      contents: ["a", "b"],
      config: { taskType: "RETRIEVAL_DOCUMENT", title: "A", outputDimensionality: 3 },
    });
    expect(embeddings?.map(({ values }) => values)).toEqual(VECTORS);
    expect(upstream.received.at(-1)).toMatchObject({
      path: "/up/models/upstream-gemini:batchEmbedContents",
      body: { requests: [{ model: "models/upstream-gemini", taskType: "RETRIEVAL_DOCUMENT", title: "A" }, {}] },
    });
  });

  it.each(["openai", "cohere"])("gets vectors from %s, and hears what it has no word for", async (model) => {
    upstream.answer(openAiReply(VECTORS));
    const { embeddings, usageMetadata, sdkHttpResponse } = await google().models.embedContent({
      model,
      contents: ["a", "b"],
      config: { taskType: "RETRIEVAL_DOCUMENT", title: "A", outputDimensionality: 3 },
    });
    expect(embeddings?.map(({ values }) => values)).toEqual(VECTORS);
    expect(usageMetadata).toEqual({ promptTokenCount: 6 });
    expect(sdkHttpResponse?.headers?.["x-switchyard-dropped"]).toBe("taskType, title");
    expect(upstream.received.at(-1)).toMatchObject({
      path: "/up/embeddings",
      body: { model: `upstream-${model}`, input: ["a", "b"], dimensions: 3 },
    });
  });

  it("raises its own exception for a picture that the upstream cannot be shown", async () => {
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    const asked = google().models.embedContent({ model: "openai", contents: [{ parts: [picture] }] });
    await expect(asked).rejects.toMatchObject({
      name: "ApiError",
      status: 400,
      message: expect.stringContaining("requests.0.content.parts.0.inlineData"),
    });
  });
});

it("a key in the URL reaches no upstream, no record and no log", async () => {
  const before = upstream.received.length;
  const ask = async (model: string, canned: { readonly status: number; readonly body: string }) => {
    upstream.answer(canned);
    const answer = await fetch(`${door.origin}/v1beta/models/${model}:embedContent?key=good-key`, {
      method: "POST",
      body: JSON.stringify({ content: { parts: [{ text: "a" }] } }),
    });
    return { status: answer.status, text: await answer.text(), headers: [...answer.headers] };
  };
  const answers = [
    await ask("gemini", { status: 200, body: '{"embedding":{"values":[1]}}' }),
    await ask("openai", openAiReply([[1]])),
    await ask("openai", { status: 500, body: "no" }),
    await ask("nobody", { status: 200, body: "{}" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 502, 404]);
  const left = [answers, upstream.received.slice(before), door.logged, door.bench.records, door.bench.notes];
  expect(door.logged.length).toBeGreaterThan(0);
  const text = JSON.stringify([left, door.bench.admitted], (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(text).not.toContain("good-key");
});
