import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headOf, IN_A_200 } from "#tests/support/upstream-head";
import type { Failure } from "../provider.ts";
import { openAiCompatible } from "./build.ts";
import { classifyByStatus } from "./classify.ts";
import { openAiCompatibleProvider } from "./index.ts";
import { readError } from "./read-error.ts";

describe("an upstream of OpenAI's dialect", () => {
  it("is asked where OpenAI keeps each operation, except for what it lacks", () => {
    const { urlOf } = openAiCompatible({ kind: "some", lacks: ["embeddings"] });
    const at = (operation: Parameters<typeof urlOf>[1]) => urlOf("https://a.example/v1", operation, "m");
    expect(at("chat-completions")).toBe("https://a.example/v1/chat/completions");
    expect(at("completions")).toBe("https://a.example/v1/completions");
    expect(at("moderations")).toBe("https://a.example/v1/moderations");
    expect(at("embeddings")).toBeUndefined();
  });

  it("is asked for what other dialects name only where it offers the Responses API", () => {
    const at = (hasResponses: boolean, operation: Parameters<typeof openAiCompatibleProvider.urlOf>[1]) =>
      openAiCompatible({ kind: "some", hasResponses }).urlOf("https://a.example/v1", operation, "m");
    expect(at(true, "responses")).toBe("https://a.example/v1/responses");
    expect(at(false, "responses")).toBeUndefined();
    expect(at(true, "messages")).toBeUndefined();
    expect(at(true, "generate-content")).toBeUndefined();
  });

  it("gets the credential as a bearer, and no header at all without one", () => {
    expect(openAiCompatibleProvider.authorize("sk-1")).toEqual({ authorization: "Bearer sk-1" });
    expect(openAiCompatibleProvider.authorize("")).toEqual({});
  });
});

describe("a failure", () => {
  it.each<[number, Failure["kind"], boolean]>([
    [400, "bad-request", false],
    [401, "authentication", true],
    [402, "quota", true],
    [403, "permission", true],
    [404, "not-found", true],
    [408, "timeout", true],
    [409, "bad-request", false],
    [413, "bad-request", false],
    [422, "bad-request", false],
    [429, "rate-limit", true],
    [500, "server", true],
    [502, "server", true],
    [503, "overloaded", true],
    [504, "timeout", true],
    [529, "overloaded", true],
    [302, "bad-reply", true],
  ])("of status %i without a readable body is %s", (status, kind, isRetryable) => {
    expect(classifyByStatus(headOf(status), undefined)).toMatchObject({ kind, isRetryable });
  });

  it("that is a limit of requests is told from an empty account", () => {
    const at429 = (code: string) => classifyByStatus(headOf(429), { error: { code } }).kind;
    expect(at429("rate_limit_exceeded")).toBe("rate-limit");
    expect(at429("insufficient_quota")).toBe("quota");
  });

  it("found inside a 200 goes by the status in its code, else by its type, else counts as the server's", () => {
    const kind = (error: unknown) => classifyByStatus(IN_A_200, { error }).kind;
    expect(kind({ message: "x", code: 400 })).toBe("bad-request");
    expect(kind({ message: "x", code: 429 })).toBe("rate-limit");
    expect(kind({ message: "x", type: "invalid_request_error" })).toBe("bad-request");
    expect(kind({ message: "x", type: "overloaded_error" })).toBe("overloaded");
    expect(kind({ message: "x", type: "constructor" })).toBe("server");
    expect(kind("plain words")).toBe("server");
  });

  it("with a status of its own does not go by its type", () => {
    const body = { error: { message: "x", type: "invalid_request_error", code: 400 } };
    expect(classifyByStatus(headOf(503), body).kind).toBe("overloaded");
  });

  it.each([
    "This model's maximum context length is 4096 tokens. However, you requested 6164 tokens.",
    "The input (85050 tokens) is longer than the model's context length (32768 tokens).",
    "the input length exceeds the context length",
    "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it",
    "Prompt contains 66385 tokens, too large for model with 32768 maximum context length",
  ])("is known as too long a prompt by its words: %s", (message) => {
    expect(classifyByStatus(headOf(400), { error: { message } }).kind).toBe("context-too-long");
    expect(classifyByStatus(headOf(400), { error: message }).kind).toBe("context-too-long");
    expect(classifyByStatus(headOf(401), { error: message }).kind).toBe("authentication");
  });

  it("never throws and always has a kind, whatever stands in its body", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.jsonValue(), (status, body) => {
        expect(classifyByStatus(headOf(status), body).kind).toMatch(/./);
        expect(classifyByStatus(headOf(status), { error: body }).kind).toMatch(/./);
      }),
    );
  });
});

describe("the time to wait", () => {
  const cooldown = (status: number, headers: Record<string, string>) =>
    classifyByStatus(headOf(status, headers), undefined).cooldownS;
  const date = "Thu, 14 Aug 2025 01:11:01 GMT";

  it.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "12" }, 12],
    [{ "retry-after": "0" }, 1],
    [{ "retry-after": "1.2" }, 2],
    [{ "retry-after": "99999" }, 3_600],
    [{ "retry-after-ms": "900", "retry-after": "7" }, 1],
    [{ "retry-after": "Thu, 14 Aug 2025 01:11:31 GMT", date }, 30],
    [{ "retry-after": "Thu, 14 Aug 2025 01:11:31 GMT" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{}, undefined],
  ])("%j gives %j", (headers, expected) => {
    expect(cooldown(429, headers)).toBe(expected);
    expect(cooldown(503, headers)).toBe(expected);
  });

  it("is read for limits and overload only", () => {
    expect(cooldown(401, { "retry-after": "12" })).toBeUndefined();
    expect(cooldown(402, { "retry-after": "12" })).toBeUndefined();
  });
});

describe("the words of an error", () => {
  it.each<[string, unknown, Partial<ReturnType<typeof readError>>]>([
    ["OpenAI", { error: { message: "m", type: "t", code: "c" } }, { codes: ["c", "t"], message: "m" }],
    ["vLLM", { error: { message: "m", type: "t", code: 404 } }, { codes: ["404", "t"], status: 404 }],
    ["a text", { error: "m", code: "c" }, { codes: ["c"], message: "m" }],
    ["the top", { object: "error", message: "m", type: "t", code: "1300", raw_status_code: 429 }, { status: 429 }],
    ["DashScope", { code: "Throttling", message: "m", request_id: "r" }, { codes: ["Throttling"], message: "m" }],
    ["FastAPI", { detail: [{ msg: "m" }] }, { codes: [], message: '[{"msg":"m"}]' }],
    ["FastAPI, a text", { detail: "Unauthorized" }, { message: "Unauthorized" }],
    ["a page", "<html>", { message: "<html>" }],
    ["nothing", undefined, { codes: [], status: undefined, message: "" }],
  ])("are read of %s", (_what, body, expected) => {
    expect(readError(body)).toMatchObject(expected);
  });

  it("are read up to a bound", () => {
    expect(readError({ error: { message: "m".repeat(1_000_000) } }).message.length).toBe(2_000);
  });
});
