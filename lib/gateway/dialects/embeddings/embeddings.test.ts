import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_USAGE } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { geminiEmbeddings as gemini } from "./gemini.ts";
import { openAiEmbeddings as openai } from "./openai.ts";
import { toBase64 } from "./vector-text.ts";

const ONE = { isBatch: false };
const MANY = { isBatch: true };
const contentOf = (...texts: readonly string[]) => ({ parts: texts.map((text) => ({ text })) });

describe("what OpenAI's callers ask, said to Gemini", () => {
  const said = (body: JsonObject) => {
    const request = openai.decodeRequest(body, ONE);
    const { body: written, losses } = gemini.encodeRequest(request, "gemini-embedding-001");
    return { written, losses: [...request.losses, ...losses] };
  };

  it("is a batch, each text with the model's resource name and the dimensions", () => {
    const { written, losses } = said({ model: "m", input: ["a", "b"], dimensions: 256, encoding_format: "base64" });
    const model = "models/gemini-embedding-001";
    expect(written).toEqual({
      requests: [
        { model, content: contentOf("a"), outputDimensionality: 256 },
        { model, content: contentOf("b"), outputDimensionality: 256 },
      ],
    });
    expect(losses).toEqual([]);
  });

  it("is a batch of one for a single text", () => {
    expect(said({ input: "a" }).written).toEqual({
      requests: [{ model: "models/gemini-embedding-001", content: contentOf("a") }],
    });
  });

  it.each([
    ["tokens", [1, 2, 3]],
    ["lists of tokens", [[1], [2, 3]]],
  ])("%s are lost, and with them the meaning", (_what, input) => {
    expect(said({ input }).losses[0]).toEqual({ field: "input", weight: "meaning" });
  });

  it("who the user is may be left out; a field that nobody knows may not", () => {
    expect(said({ input: "a", user: "u", input_type: "query", truncate: null }).losses).toEqual([
      { field: "user", weight: "harmless" },
      { field: "input_type", weight: "meaning" },
    ]);
  });
});

describe("what Gemini's callers ask, said to OpenAI", () => {
  const said = (body: JsonObject, asked = ONE) => {
    const request = gemini.decodeRequest(body, asked);
    const { body: written, losses } = openai.encodeRequest(request, "text-embedding-3-small");
    return { written, losses: [...request.losses, ...losses] };
  };

  it("is one text", () => {
    const { written } = said({ content: contentOf("a"), outputDimensionality: 64 });
    expect(written).toEqual({ model: "text-embedding-3-small", input: "a", dimensions: 64 });
  });

  it("is a list of texts for a batch", () => {
    const requests = [{ model: "models/m", content: contentOf("a") }, { content: contentOf("b", "c") }];
    expect(said({ requests }, MANY).written).toEqual({ model: "text-embedding-3-small", input: ["a", "b\nc"] });
  });

  it("may be written in snake_case, its settings in a config of their own", () => {
    const config = { task_type: "CLUSTERING", output_dimensionality: 64 };
    expect(said({ content: contentOf("a"), embed_content_config: config })).toEqual({
      written: { model: "text-embedding-3-small", input: "a", dimensions: 64 },
      losses: [{ field: "taskType", weight: "harmless" }],
    });
  });

  it("loses what a vector is for without its meaning", () => {
    const requests = [{ content: contentOf("a"), taskType: "RETRIEVAL_DOCUMENT", title: "A" }];
    expect(said({ requests }, MANY).losses).toEqual([
      { field: "taskType", weight: "harmless" },
      { field: "title", weight: "harmless" },
    ]);
  });

  it.each([
    [
      "a picture",
      { content: { parts: [{ text: "a" }, { inlineData: { mimeType: "image/png", data: "" } }] } },
      ONE,
      "content.parts.1.inlineData",
    ],
    [
      "dimensions that differ",
      { requests: [{ content: contentOf("a") }, { content: contentOf("b"), outputDimensionality: 3 }] },
      MANY,
      "requests.1.outputDimensionality",
    ],
    ["a field that nobody knows", { requests: [{ content: contentOf("a"), mood: 1 }] }, MANY, "requests.0.mood"],
    ["one beside the requests", { requests: [{ content: contentOf("a") }], mood: 1 }, MANY, "mood"],
  ])("cannot say %s", (...row) => {
    const [, body, asked, field] = row;
    expect(said(body, asked).losses).toContainEqual({ field, weight: "meaning" });
  });

  it.each([
    ["no parts", { content: {} }, ONE, "content.parts"],
    ["an empty text", { content: contentOf("") }, ONE, "content.parts"],
    ["a content that is none", { content: 7 }, ONE, "content"],
    ["a part that is none", { content: { parts: [7] } }, ONE, "content.parts.0"],
    ["a request that is none", { requests: [7] }, MANY, "requests.0"],
    [
      "dimensions that are no number",
      { requests: [{ content: contentOf("a"), outputDimensionality: "x" }] },
      MANY,
      "requests.0.outputDimensionality",
    ],
  ])("400: %s", (...row) => {
    const [, body, asked, param] = row;
    expect(() => said(body, asked)).toThrow(expect.objectContaining({ code: "invalid_field", param }));
  });
});

describe("vectors", () => {
  const usage = { ...NO_USAGE, inputTokens: 7 };

  it("of OpenAI's upstreams are read as floats or base64", () => {
    const base64 = Buffer.from(new Float32Array([0.5, -2]).buffer).toString("base64");
    const data = [{ embedding: base64 }, { embedding: [3, 4] }];
    const reply = openai.decodeReply({ data, usage: { prompt_tokens: 7, total_tokens: 7 } });
    expect(reply).toMatchObject({
      vectors: [
        [0.5, -2],
        [3, 4],
      ],
      usage,
    });
  });

  it("of Gemini's are read with the usage, where it is said", () => {
    const embeddings = [{ values: [1, 2] }, { values: [3, 4] }];
    const vectors = embeddings.map(({ values }) => values);
    expect(gemini.decodeReply({ embeddings })).toEqual({ vectors, usage: undefined });
    expect(gemini.decodeReply({ embeddings, usageMetadata: { promptTokenCount: 7 } })).toMatchObject({
      vectors,
      usage,
    });
  });

  it("are given to OpenAI's callers in the form they asked for, always with a usage", () => {
    const context = { model: "m", isBatch: false };
    expect(openai.encodeReply({ vectors: [[0.5, -2]], usage }, context)).toEqual({
      object: "list",
      model: "m",
      data: [{ object: "embedding", index: 0, embedding: [0.5, -2] }],
      usage: { prompt_tokens: 7, total_tokens: 7 },
    });
    const written = openai.encodeReply({ vectors: [toBase64([0.5, -2])], usage }, context);
    expect(openai.decodeReply(written).vectors).toEqual([[0.5, -2]]);
  });

  it("are given to Gemini's callers alone or as a batch, with a usage only where it is known", () => {
    const context = { model: "m", isBatch: false };
    const estimated = { ...usage, isEstimated: true };
    expect(gemini.encodeReply({ vectors: [[1]], usage: estimated }, context)).toEqual({ embedding: { values: [1] } });
    expect(gemini.encodeReply({ vectors: [[1]], usage }, { ...context, isBatch: true })).toEqual({
      embeddings: [{ values: [1] }],
      usageMetadata: { promptTokenCount: 7 },
    });
  });

  it("come back as they were through either dialect", () => {
    const float = fc.double({ noNaN: true, noDefaultInfinity: true });
    const vector = fc.array(float, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 5 }), (vectors) => {
        const context = { model: "m", isBatch: true };
        for (const codec of [openai, gemini]) {
          const wire = JSON.parse(JSON.stringify(codec.encodeReply({ vectors, usage }, context)));
          expect(codec.decodeReply(wire).vectors).toEqual(JSON.parse(JSON.stringify(vectors)));
        }
      }),
    );
  });

  it("are asked for alike through either dialect", () => {
    const text = fc.string({ minLength: 1 });
    const texts = fc.array(text, { minLength: 1, maxLength: 5 });
    const dimensions = fc.option(fc.integer({ min: 1, max: 4_096 }), { nil: undefined });
    fc.assert(
      fc.property(texts, dimensions, (inputs, size) => {
        const request = {
          inputs: inputs.map((input) => ({ kind: "text", text: input }) as const),
          dimensions: size,
          losses: [],
        };
        for (const codec of [openai, gemini]) {
          const { body, losses } = codec.encodeRequest(request, "theirs");
          expect(losses).toEqual([]);
          expect(codec.decodeRequest(JSON.parse(JSON.stringify(body)), MANY)).toEqual(request);
        }
      }),
    );
  });
});
