import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { handle } from "../handle.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An upstream that gives one fixed reply and keeps what it was asked. */
async function upstreamWith(reply: unknown) {
  const asked: { path: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    asked.push({ path: incoming.url ?? "", body: JSON.parse(Buffer.concat(chunks).toString()) });
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

async function call(path: string, body: unknown, reply: unknown) {
  const upstream = await upstreamWith(reply);
  const bench = benchOf([modelOf({ deployments: [deploymentOf({ baseUrl: upstream.url, upstreamModel: "theirs" })] })]);
  const answer = await handle(requestOf({ path, body }), bench.deps);
  const text = await bodyOf(answer);
  return { status: answer.status, body: JSON.parse(text), bench, asked: upstream.asked };
}

const VECTOR = [0.5, -1, 2];
const BASE64 = Buffer.from(new Float32Array(VECTOR).buffer).toString("base64");
const embeddingReply = (embedding: unknown) => ({
  object: "list",
  model: "theirs",
  data: [{ object: "embedding", index: 0, embedding }],
  usage: { prompt_tokens: 5, total_tokens: 5 },
});

describe("POST /v1/embeddings", () => {
  it("is asked of the upstream under its own name, and billed by its input alone", async () => {
    const { status, body, bench, asked } = await call(
      "/v1/embeddings",
      { model: "model", input: ["a", "b"], dimensions: 3, user: "u" },
      embeddingReply(VECTOR),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ model: "model", data: [{ embedding: VECTOR }] });
    expect(asked).toEqual([
      { path: "/v1/embeddings", body: { model: "theirs", input: ["a", "b"], dimensions: 3, user: "u" } },
    ]);
    expect(bench.records[0]).toMatchObject({ endpoint: "embeddings", cost: 5_000n });
  });

  it.each([
    ["base64 when the upstream gives it", "base64", BASE64, BASE64],
    ["base64 when the upstream knows floats only", "base64", VECTOR, BASE64],
    ["floats when the upstream gives base64 only", "float", BASE64, VECTOR],
    ["floats", "float", VECTOR, VECTOR],
  ])("gives %s", async (...row) => {
    const [, format, given, expected] = row;
    const { body } = await call(
      "/v1/embeddings",
      { model: "model", input: "a", encoding_format: format },
      embeddingReply(given),
    );
    expect(body.data[0].embedding).toEqual(expected);
  });

  it.each([
    ["no input", {}, "input", "missing_field"],
    ["an empty text", { input: "" }, "input", "invalid_field"],
    ["no texts", { input: [] }, "input", "invalid_field"],
    ["an empty text among others", { input: ["a", ""] }, "input.1", "invalid_field"],
    ["a number for a text", { input: 7 }, "input", "invalid_field"],
    ["texts and tokens mixed", { input: ["a", [1]] }, "input.1", "invalid_field"],
    ["half a token", { input: [1.5] }, "input", "invalid_field"],
    ["an empty list of tokens", { input: [[1], []] }, "input.1", "invalid_field"],
    ["another format", { input: "a", encoding_format: "int8" }, "encoding_format", "invalid_field"],
    ["no dimensions", { input: "a", dimensions: 0 }, "dimensions", "invalid_field"],
    ["more than 2,048 texts", { input: Array(2049).fill("a") }, "input", "invalid_field"],
  ])("400: %s", async (...row) => {
    const [, given, param, code] = row;
    const { status, body, asked } = await call("/v1/embeddings", { model: "model", ...given }, {});
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param, code });
    expect(asked).toEqual([]);
  });

  it("takes tokens and lists of tokens", async () => {
    for (const input of [
      [1, 2, 3],
      [[1], [2, 3]],
    ])
      expect((await call("/v1/embeddings", { model: "model", input }, embeddingReply(VECTOR))).status).toBe(200);
  });
});

describe("POST /v1/completions", () => {
  const reply = {
    id: "c",
    object: "text_completion",
    model: "theirs",
    choices: [{ index: 0, text: "x", finish_reason: "stop" }],
  };

  it("passes the prompt on and bills both sides", async () => {
    const { status, bench, asked } = await call(
      "/v1/completions",
      { model: "model", prompt: "once", echo: true, suffix: "end" },
      { ...reply, usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 } },
    );
    expect(status).toBe(200);
    expect(asked[0]).toMatchObject({ path: "/v1/completions", body: { echo: true, suffix: "end" } });
    expect(bench.records[0]).toMatchObject({ endpoint: "completions", cost: 8_000n });
  });

  it.each([
    ["no prompt", {}, "missing_field"],
    ["an empty list", { prompt: [] }, "invalid_field"],
    ["an object", { prompt: {} }, "invalid_field"],
  ])("400: %s", async (_what, given, code) => {
    const { status, body } = await call("/v1/completions", { model: "model", ...given }, reply);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param: "prompt", code });
  });
});

describe("POST /v1/moderations", () => {
  it("is billed by the price per request only", async () => {
    const { status, bench } = await call(
      "/v1/moderations",
      { model: "model", input: "text" },
      { id: "m", results: [{ flagged: false }] },
    );
    expect(status).toBe(200);
    expect(bench.records[0]).toMatchObject({ endpoint: "moderations", cost: 0n, usage: { isEstimated: false } });
  });

  it("400: without input", async () => {
    expect((await call("/v1/moderations", { model: "model" }, {})).status).toBe(400);
  });
});

describe("a 200 that is not what was asked for", () => {
  it.each(["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations"])("502: %s", async (path) => {
    const asked = { model: "model", messages: [{ role: "user", content: "x" }], prompt: "x", input: "x" };
    const { status, body } = await call(path, asked, { object: "something else" });
    expect(status).toBe(502);
    expect(body.error.code).toBe("upstream_failed");
  });
});
