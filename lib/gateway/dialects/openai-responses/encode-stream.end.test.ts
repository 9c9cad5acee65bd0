import { describe, expect, it } from "vitest";
import { AppError } from "#lib/base/errors";
import { NO_USAGE } from "#lib/base/request-record";
import type { ReplyEvent } from "#lib/gateway/reply";
import { encodeError } from "./encode-error.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { context } from "./fixtures/reply.ts";
import { end, finish, framesIn, open, part, start, typesOf, write } from "./fixtures/stream.ts";

describe("the end", () => {
  const usage: ReplyEvent = { kind: "usage", usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 2 } };

  it("usage counts whether it comes before the finish or after it, the last one", () => {
    const early: ReplyEvent = { kind: "usage", usage: { ...NO_USAGE, inputTokens: 1 } };
    for (const events of [
      [usage, finish],
      [early, finish, usage],
    ]) {
      const { frames } = write(start, ...events, end);
      expect(frames.at(-1)?.response).toMatchObject({ usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } });
    }
  });

  it.each([
    ["stop", "completed", "completed", "completed"],
    ["length", "incomplete", "incomplete", "incomplete"],
    ["content-filter", "incomplete", "incomplete", "incomplete"],
    ["error", "failed", "failed", "incomplete"],
  ] as const)("%s ends with response.%s", (...[kind, name, status, itemStatus]) => {
    const { frames } = write(
      start,
      ...part({ kind: "text" }, 0, "a"),
      { kind: "finish", choice: 0, finish: { kind } },
      end,
    );
    expect(frames.at(-1)).toMatchObject({
      type: `response.${name}`,
      response: { status, output: [{ status: itemStatus }] },
    });
  });

  it("an answer without a start, or without anything, is still a whole stream", () => {
    expect(typesOf(write(end).frames)).toEqual(["created", "in_progress", "completed"]);
    expect(typesOf(write(...part({ kind: "text" }, 0, "a"), end).frames)[0]).toBe("created");
  });

  it("nothing is written after it", () => {
    const { encoder } = write(start, finish, end);
    expect(encoder.push(open({ kind: "text" }))).toBe("");
    expect(encoder.fail(new AppError("internal", "late"))).toBe("");
  });
});

describe("failures", () => {
  it("an error is an error event, flat and nested, and then a failed response", () => {
    const encoder = createStreamEncoder(context);
    const before = [start, ...part({ kind: "tool-call", id: "call_1", name: "look" }, 0, "{}")];
    const count = framesIn(before.map(encoder.push).join("")).length;
    const [error, failed, ...more] = framesIn(encoder.fail(new AppError("upstream_timeout", "Too slow.")));
    expect(error).toEqual({
      type: "error",
      code: "upstream_timeout",
      message: "Too slow.",
      param: null,
      sequence_number: count,
      error: { type: "upstream_error", code: "upstream_timeout", message: "Too slow.", param: null },
    });
    expect(failed).toMatchObject({
      type: "response.failed",
      sequence_number: count + 1,
      response: {
        status: "failed",
        error: { code: "server_error", message: "Too slow." },
        output: [{ call_id: "call_1" }],
      },
    });
    expect(more).toEqual([]);
    expect(encoder.push(end)).toBe("");
  });

  it("an error of the upstream is left to the gateway, which fails the stream", () => {
    expect(createStreamEncoder(context).push({ kind: "error", body: null })).toBe("");
  });

  it("429: a limit keeps its name", () => {
    const [, failed] = framesIn(createStreamEncoder(context).fail(new AppError("rate_limited", "Slow down.")));
    expect(failed).toMatchObject({ response: { error: { code: "rate_limit_exceeded" } } });
  });

  it.each([
    ["invalid_field", "invalid_request_error", "a.b"],
    ["internal", "server_error", null],
    ["insufficient_funds", "insufficient_quota", null],
  ] as const)("a refusal for %s has all four keys", (code, type, param) => {
    const error = new AppError(code, "No.", param === null ? {} : { param });
    expect(encodeError(error, "r")).toEqual({ error: { message: "No.", type, param, code } });
  });
});
