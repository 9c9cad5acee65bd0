import { describe, expect, it } from "vitest";
import { benchOf, bodyOf, callerOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { handle } from "../handle.ts";
import { geminiProvider } from "../providers/gemini/index.ts";
import { groqProvider } from "../providers/groq/index.ts";

const MODELS = [
  modelOf({ id: "first", aliases: ["fast"], contextTokens: 128_000, maxOutputTokens: 4_096 }),
  modelOf({ id: "org/second:8b" }),
  modelOf({ id: "third", access: { plans: new Set(["gold"]) } }),
];
const NAMES = ["first", "fast", "org/second:8b"];

const ANTHROPIC = { "anthropic-version": "2023-06-01" };

async function ask(path: string, headers: Readonly<Record<string, string>> = {}, models = MODELS) {
  const [address = "", query = ""] = path.split("?");
  const sent = requestOf({ method: "GET", path: address });
  const bench = benchOf(models, { keys: { find: () => callerOf() } });
  const request = { ...sent, query, header: (name: string) => headers[name] ?? sent.header(name) };
  const reply = await handle(request, bench.deps);
  const body = JSON.parse(await bodyOf(reply));
  return { status: reply.status, headers: reply.headers, body, notes: bench.notes };
}

describe("OpenAI's list", () => {
  it("holds every name of what the caller may use", async () => {
    const { body } = await ask("/v1/models");
    expect(body.object).toBe("list");
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(NAMES);
    expect(body.data[0]).toEqual({ id: "first", object: "model", created: 1_700_000_000, owned_by: "sandbox" });
  });

  it("gives one model by any of its names", async () => {
    expect((await ask("/v1/models/fast")).body).toMatchObject({ id: "fast", object: "model" });
    expect((await ask("/v1/models/org%2Fsecond:8b")).body).toMatchObject({ id: "org/second:8b" });
  });
});

describe("Anthropic's list", () => {
  it("answers who says a version of Anthropic's API", async () => {
    const { body, headers, notes } = await ask("/v1/models", ANTHROPIC);
    expect(body).toMatchObject({ has_more: false, first_id: "first", last_id: "org/second:8b" });
    expect(body.data[0]).toMatchObject({
      type: "model",
      id: "first",
      display_name: "first",
      created_at: "2023-11-14T22:13:20Z",
      max_input_tokens: 128_000,
      max_tokens: 4_096,
    });
    expect(body.data[2]).toMatchObject({ max_input_tokens: null, max_tokens: null, lifecycle: "active" });
    expect(headers).toHaveProperty("request-id");
    expect(notes).toMatchObject([{ endpoint: "models.list", status: 200 }]);
  });

  it.each([
    ["limit=2", ["first", "fast"], true],
    ["limit=2&after_id=fast", ["org/second:8b"], false],
    ["after_id=org/second:8b", [], false],
    ["limit=1&before_id=org/second:8b", ["fast"], true],
    ["limit=5&before_id=fast", ["first"], false],
    ["limit=1000", NAMES, false],
  ])("?%s gives that page", async (query, names, hasMore) => {
    const { body } = await ask(`/v1/models?${query}`, ANTHROPIC);
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(names);
    expect(body).toMatchObject({
      has_more: hasMore,
      first_id: names[0] ?? null,
      last_id: names.at(-1) ?? null,
    });
  });

  it("has twenty on a page where no limit is said", async () => {
    const many = Array.from({ length: 30 }, (_, at) => modelOf({ id: `m${at}` }));
    const { body } = await ask("/v1/models", ANTHROPIC, many);
    expect(body.data).toHaveLength(20);
    expect(body.has_more).toBe(true);
  });

  it.each(["limit=0", "limit=1001", "limit=x", "limit=1.5", "after_id=nobody", "after_id=first&before_id=fast"])(
    "400: ?%s, in Anthropic's words",
    async (query) => {
      const { status, body } = await ask(`/v1/models?${query}`, ANTHROPIC);
      expect(status).toBe(400);
      expect(body).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    },
  );

  it("gives one model, and 404 in Anthropic's words for one the caller may not use", async () => {
    expect((await ask("/v1/models/fast", ANTHROPIC)).body).toMatchObject({ type: "model", id: "fast" });
    const { status, body } = await ask("/v1/models/third", ANTHROPIC);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });
});

describe("Gemini's list", () => {
  it("names models as resources, with their limits", async () => {
    const { body } = await ask("/v1beta/models");
    expect(body.models.map(({ name }: { name: string }) => name)).toEqual(NAMES.map((name) => `models/${name}`));
    expect(body.models[0]).toMatchObject({ displayName: "first", inputTokenLimit: 128_000, outputTokenLimit: 4_096 });
    expect(body.models[2]).not.toHaveProperty("inputTokenLimit");
    expect(body).not.toHaveProperty("nextPageToken");
  });

  it("is read page by page", async () => {
    const { body } = await ask("/v1beta/models?pageSize=2");
    expect(body.models).toHaveLength(2);
    const next = await ask(`/v1beta/models?pageSize=2&pageToken=${body.nextPageToken}`);
    expect(next.body).toEqual({ models: [expect.objectContaining({ name: "models/org/second:8b" })] });
  });

  it("takes a page size of zero for none, and one above a thousand for a thousand", async () => {
    for (const size of ["0", "5000"]) expect((await ask(`/v1beta/models?pageSize=${size}`)).status).toBe(200);
  });

  it.each(["pageSize=-1", "pageSize=x", "pageToken=bm9ib2R5"])("400: ?%s", async (query) => {
    const { status, body } = await ask(`/v1beta/models?${query}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
  });

  it("gives one model by any of its names, also with a colon in it", async () => {
    for (const path of ["org/second:8b", "org%2Fsecond%3A8b"])
      expect((await ask(`/v1beta/models/${path}`)).body.name).toBe("models/org/second:8b");
    expect(await ask("/v1beta/models/third")).toMatchObject({ status: 404, body: { error: { status: "NOT_FOUND" } } });
  });

  it("405: a verb is asked with POST", async () => {
    expect((await ask("/v1beta/models/first:generateContent")).status).toBe(405);
  });

  it.each([
    ["what answers", { capabilities: new Set(["tools"]) }, ["generateContent", "streamGenerateContent", "countTokens"]],
    ["what embeds", { capabilities: new Set(["embeddings"]) }, ["embedContent", "batchEmbedContents"]],
    [
      "what its provider offers, where the operator named nothing",
      { deployments: [deploymentOf({ provider: geminiProvider })] },
      ["generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents"],
    ],
    [
      "no vectors, where its provider has none",
      { deployments: [deploymentOf({ provider: groqProvider })] },
      ["generateContent", "streamGenerateContent", "countTokens"],
    ],
  ])("says of a model what it can be asked: %s", async (...row) => {
    const [, given, methods] = row;
    const { body } = await ask("/v1beta/models/m", {}, [modelOf({ id: "m", ...given })]);
    expect(body.supportedGenerationMethods).toEqual(methods);
  });
});

it("405 names each method once where several dialects share an address", async () => {
  const reply = await handle(requestOf({ path: "/v1/models", method: "POST" }), benchOf([]).deps);
  expect(reply.status).toBe(405);
  expect(reply.headers.allow).toBe("GET");
});
