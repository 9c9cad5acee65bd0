import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf, IN_A_200 } from "#tests/support/upstream-head";
import type { Failure } from "../provider.ts";
import { geminiProvider as provider } from "./index.ts";

const { urlOf, authorize, classify } = provider;
const BASE = "https://generativelanguage.googleapis.com/v1beta";
const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
const errorOf = (status: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  error: { message: "m", status, ...fields },
});

describe("the address", () => {
  it.each([
    ["generate-content", `${BASE}/models/gemini-2.5-flash:generateContent`],
    ["stream-generate-content", `${BASE}/models/gemini-2.5-flash:streamGenerateContent?alt=sse`],
    ["count-content-tokens", `${BASE}/models/gemini-2.5-flash:countTokens`],
    ["embed-content", `${BASE}/models/gemini-2.5-flash:embedContent`],
    ["batch-embed-contents", `${BASE}/models/gemini-2.5-flash:batchEmbedContents`],
    ["models", `${BASE}/models`],
    ["chat-completions", undefined],
    ["embeddings", undefined],
    ["messages", undefined],
  ] as const)("of %s", (operation, expected) => {
    expect(urlOf(BASE, operation, "gemini-2.5-flash")).toBe(expected);
  });

  it.each([
    ["gemini-2.5-flash", "models/gemini-2.5-flash"],
    ["models/gemini-2.5-flash", "models/gemini-2.5-flash"],
    ["tunedModels/ours-1", "tunedModels/ours-1"],
    ["a/b", "models/a%2Fb"],
    ["m:countTokens?x=1#y", "models/m%3AcountTokens%3Fx%3D1%23y"],
  ])("names the model %j in one part of the path", (model, resource) => {
    expect(urlOf(BASE, "generate-content", model)).toBe(`${BASE}/${resource}:generateContent`);
  });

  it.each(["", ".", "..", "models/", "tunedModels/..", "\ud800"])("is not there for the model %j", (model) => {
    expect(urlOf(BASE, "generate-content", model)).toBeUndefined();
  });

  it.each([
    ["https://generativelanguage.googleapis.com", `${BASE}/models`],
    ["https://generativelanguage.googleapis.com/", `${BASE}/models`],
    ["https://generativelanguage.googleapis.com/v1/", "https://generativelanguage.googleapis.com/v1/models"],
  ])("%s has its version, or gets the usual one", (baseUrl, expected) => {
    expect(urlOf(baseUrl, "models", "")).toBe(expected);
  });
});

it("carries the key in a header of its own, and never in the address", () => {
  expect(authorize("k")).toEqual({ "x-goog-api-key": "k" });
  expect(authorize("")).toEqual({});
});

describe("a failure", () => {
  it.each<[string, Failure["kind"], boolean]>([
    ["RESOURCE_EXHAUSTED", "rate-limit", true],
    ["UNAVAILABLE", "overloaded", true],
    ["DEADLINE_EXCEEDED", "timeout", true],
    ["INTERNAL", "server", true],
    ["UNAUTHENTICATED", "authentication", true],
    ["PERMISSION_DENIED", "permission", true],
    ["NOT_FOUND", "not-found", true],
    ["INVALID_ARGUMENT", "bad-request", false],
    ["FAILED_PRECONDITION", "bad-request", false],
    ["A_STATUS_OF_TOMORROW", "server", true],
  ])("inside a stream goes by its status: %s is %s", (status, kind, isRetryable) => {
    expect(classify(IN_A_200, errorOf(status))).toMatchObject({ kind, isRetryable });
  });

  it("inside a stream goes by its code where the status is one of tomorrow", () => {
    expect(classify(IN_A_200, errorOf("SOMETHING", { code: 429 })).kind).toBe("rate-limit");
    expect(classify(IN_A_200, errorOf("SOMETHING", { code: 14 })).kind).toBe("server");
  });

  it("that names a delay is over after it, in whole seconds", () => {
    const details = (retryDelay: unknown) => [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }];
    const cooldownAfter = (retryDelay: unknown) =>
      classify(headOf(429), errorOf("RESOURCE_EXHAUSTED", { details: details(retryDelay) })).cooldownS;
    expect(cooldownAfter("20.04466179s")).toBe(21);
    expect(cooldownAfter("0s")).toBe(1);
    expect(cooldownAfter("999999s")).toBe(3_600);
    expect(cooldownAfter("soon")).toBeUndefined();
    expect(cooldownAfter(7)).toBeUndefined();
  });

  it("that is an empty account or a used-up day is no rate limit, and no delay ends it", () => {
    const details = [
      { violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
      { retryDelay: "7s" },
    ];
    expect(classify(headOf(429), errorOf("RESOURCE_EXHAUSTED", { code: 429, details }))).toEqual({
      kind: "quota",
      isRetryable: true,
      cooldownS: undefined,
    });
    expect(classify(headOf(402), errorOf("RESOURCE_EXHAUSTED")).kind).toBe("quota");
    expect(
      classify(headOf(403), errorOf("PERMISSION_DENIED", { details: [{ reason: "BILLING_DISABLED" }] })).kind,
    ).toBe("quota");
  });

  it("for want of capacity is an overload, whatever the status", () => {
    const details = [{ reason: "MODEL_CAPACITY_EXHAUSTED" }];
    expect(classify(headOf(429), errorOf("RESOURCE_EXHAUSTED", { details })).kind).toBe("overloaded");
  });

  it("without a readable body goes by its HTTP status", () => {
    expect(classify(headOf(503), undefined).kind).toBe("overloaded");
    expect(classify(headOf(400), "<html>").kind).toBe("bad-request");
    expect(classify(headOf(429), { error: "words", details: "x" }).kind).toBe("rate-limit");
    expect(classify(headOf(500), [null]).kind).toBe("server");
  });
});

describe("through the gateway", () => {
  let bench: Awaited<ReturnType<typeof openReplay>>;
  beforeAll(async () => {
    bench = await openReplay();
  });
  afterAll(() => bench.close());

  const contents = [{ role: "user", parts: [{ text: "What is said in the yard?" }] }];
  const own = { model: undefined, messages: undefined, contents };

  it.each([
    ["gemini-2.5-flash", "/v1beta/models/gemini-2.5-flash:generateContent"],
    ["tunedModels/ours", "/v1beta/tunedModels/ours:generateContent"],
  ])("a caller of its dialect is sent on to %s, with the key in a header", async (upstreamModel, path) => {
    const canned = { status: 200, headers: { "content-type": "application/json" }, body: fixture("chat.json") };
    const asked = { provider, canned, upstreamModel, path: "/v1beta/models/model:generateContent", body: own };
    const { status, text, record, received } = await bench.replay(asked);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ ...JSON.parse(fixture("chat.json")), modelVersion: "model" });
    expect(received?.path).toBe(path);
    expect(received?.body).toEqual({ contents });
    expect(received?.headers).toMatchObject({ "x-goog-api-key": "upstream-secret" });
    expect(record.usage).toMatchObject({
      inputTokens: 24,
      cachedInputTokens: 8,
      outputTokens: 12,
      reasoningTokens: 3,
      isEstimated: false,
    });
  });

  it("a stream is asked for at an address of its own", async () => {
    const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body: fixture("stream.sse") };
    const { received } = await bench.replay({ provider, canned, upstreamModel: "m", body: { stream: true } });
    expect(received?.path).toBe("/v1beta/models/m:streamGenerateContent?alt=sse");
    expect(received?.body).not.toHaveProperty("stream");
    expect(received?.body).not.toHaveProperty("model");
  });

  it.each([0, 1])("an error inside a stream, after %i chunks, is known for what it is", async (chunks) => {
    const frame = `data: ${JSON.stringify(errorOf("UNAVAILABLE", { code: 503 }))}\n\n`;
    const events = fixture("stream.sse").split(/(?<=\n\n)/);
    const body = events.slice(0, chunks).join("") + frame;
    const canned = { status: 200, headers: { "content-type": "text/event-stream" }, body };
    const { record, status } = await bench.replay({ provider, canned, body: { stream: true } });
    expect(record).toMatchObject({ outcome: "failed", attempts: [{ failure: "overloaded" }] });
    expect(status).toBe(503);
  });

  it("a prompt that was blocked is an answer that its content filter ended", async () => {
    const body = JSON.stringify({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 24 } });
    const canned = { status: 200, headers: { "content-type": "application/json" }, body };
    const { text, record } = await bench.replay({ provider, canned });
    expect(JSON.parse(text).choices[0].finish_reason).toBe("content_filter");
    expect(record.usage).toMatchObject({ inputTokens: 24, outputTokens: 0, isEstimated: false });
  });
});
