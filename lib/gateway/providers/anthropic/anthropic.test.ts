import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf, IN_A_200 } from "#tests/support/upstream-head";
import type { Failure } from "../provider.ts";
import { anthropicProvider as provider } from "./index.ts";

const { urlOf, authorize, classify } = provider;
const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
const errorOf = (type: string, message = "m") => ({ type: "error", error: { type, message } });

describe("the address", () => {
  it.each([
    ["https://api.anthropic.com", "https://api.anthropic.com/v1/messages"],
    ["https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"],
    ["https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"],
    ["https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"],
    ["https://api.example/anthropic", "https://api.example/anthropic/v1/messages"],
  ])("%s, with its version or without", (baseUrl, expected) => {
    expect(urlOf(baseUrl, "messages", "claude")).toBe(expected);
  });

  it("is there for counting tokens and for the models, and for nothing that it lacks", () => {
    const at = (operation: Parameters<typeof urlOf>[1]) => urlOf("https://api.anthropic.com", operation, "claude");
    expect(at("count-message-tokens")).toBe("https://api.anthropic.com/v1/messages/count_tokens");
    expect(at("models")).toBe("https://api.anthropic.com/v1/models");
    for (const operation of ["chat-completions", "embeddings", "responses", "generate-content"] as const)
      expect(at(operation)).toBeUndefined();
  });
});

describe("the credential", () => {
  it("goes in a header of its own, beside the version of the API", () => {
    expect(authorize("sk-ant-api03-1")).toEqual({ "x-api-key": "sk-ant-api03-1", "anthropic-version": "2023-06-01" });
  });

  it("of an OAuth sign-in is a bearer, with the beta that allows it", () => {
    expect(authorize("sk-ant-oat01-1")).toEqual({
      authorization: "Bearer sk-ant-oat01-1",
      "anthropic-beta": "oauth-2025-04-20",
      "anthropic-version": "2023-06-01",
    });
  });

  it("is no header at all where there is none", () => {
    expect(authorize("")).toEqual({ "anthropic-version": "2023-06-01" });
  });
});

describe("a failure", () => {
  it.each<[string, Failure["kind"], boolean]>([
    ["overloaded_error", "overloaded", true],
    ["rate_limit_error", "rate-limit", true],
    ["billing_error", "quota", true],
    ["timeout_error", "timeout", true],
    ["authentication_error", "authentication", true],
    ["permission_error", "permission", true],
    ["not_found_error", "not-found", true],
    ["invalid_request_error", "bad-request", false],
    ["request_too_large", "context-too-long", false],
    ["api_error", "server", true],
    ["an_error_of_tomorrow", "server", true],
  ])("inside a stream goes by its type: %s is %s", (type, kind, isRetryable) => {
    expect(classify(IN_A_200, errorOf(type))).toMatchObject({ kind, isRetryable });
  });

  it("of 413 is too long a context, also from the proxy before Anthropic", () => {
    expect(classify(headOf(413), undefined)).toMatchObject({ kind: "context-too-long", isRetryable: false });
  });

  it("of 529 is an overload without a body too, and is over after its Retry-After", () => {
    expect(classify(headOf(529, { "retry-after": "9" }), undefined)).toMatchObject({
      kind: "overloaded",
      cooldownS: 9,
    });
    expect(classify(headOf(429, { "retry-after": "12" }), errorOf("rate_limit_error"))).toMatchObject({
      kind: "rate-limit",
      cooldownS: 12,
    });
  });

  it.each<[string, Failure["kind"]]>([
    ["You have reached your specified workspace API usage limits. You will regain access on 2026-09-01.", "quota"],
    ["This organization has been disabled.", "permission"],
    [
      "This credential is only authorized for use with Claude Code and cannot be used for other API requests.",
      "permission",
    ],
    ["messages.1: `tool_use` ids must be unique", "bad-request"],
  ])("of 400 is told by its words: %s", (message, kind) => {
    expect(classify(headOf(400), errorOf("invalid_request_error", message)).kind).toBe(kind);
  });
});

describe("through the gateway", () => {
  let bench: Awaited<ReturnType<typeof openReplay>>;
  beforeAll(async () => {
    bench = await openReplay();
  });
  afterAll(() => bench.close());

  it("a caller of its dialect gets its bytes, and the cache is billed as read and written", async () => {
    const canned = { status: 200, headers: { "content-type": "application/json" }, body: fixture("chat.json") };
    const { status, text, record, received } = await bench.replay({
      provider,
      canned,
      path: "/v1/messages",
      upstreamModel: "claude",
      body: { max_tokens: 64 },
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ ...JSON.parse(fixture("chat.json")), model: "model" });
    expect(received?.path).toBe("/v1/messages");
    expect(received?.headers).toMatchObject({ "x-api-key": "upstream-secret", "anthropic-version": "2023-06-01" });
    expect(received?.headers).not.toHaveProperty("authorization");
    expect(record.usage).toMatchObject({
      inputTokens: 24,
      cachedInputTokens: 8,
      cacheWriteTokens: 4,
      outputTokens: 12,
      isEstimated: false,
    });
  });

  it.each(["event: content_block_start", "event: message_delta"])(
    "an error inside a stream, before %s, is known for what it is and never a short success",
    async (mark) => {
      const frame = `event: error\ndata: ${JSON.stringify(errorOf("overloaded_error", "Overloaded"))}\n\n`;
      const whole = fixture("stream.sse");
      const canned = {
        status: 200,
        headers: { "content-type": "text/event-stream; charset=utf-8" },
        body: whole.slice(0, whole.indexOf(mark)) + frame,
      };
      const { record, status } = await bench.replay({ provider, canned, body: { stream: true } });
      expect(record).toMatchObject({ outcome: "failed", attempts: [{ failure: "overloaded" }] });
      expect(status).toBe(503);
    },
  );
});
