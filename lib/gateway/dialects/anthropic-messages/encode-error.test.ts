import { expect, test } from "vitest";
import { AppError, type ErrorCode } from "#lib/base/errors";
import { encodeError, encodeErrorFrame } from "./encode-error.ts";

test.each<[ErrorCode, string]>([
  ["invalid_field", "invalid_request_error"],
  ["method_not_allowed", "invalid_request_error"],
  ["unsupported_content", "invalid_request_error"],
  ["invalid_api_key", "authentication_error"],
  ["insufficient_funds", "billing_error"],
  ["model_not_allowed", "permission_error"],
  ["model_not_found", "not_found_error"],
  ["conflict", "conflict_error"],
  ["body_too_large", "request_too_large"],
  ["rate_limited", "rate_limit_error"],
  ["internal", "api_error"],
  ["upstream_failed", "api_error"],
  ["overloaded", "overloaded_error"],
  ["no_upstream", "overloaded_error"],
  ["upstream_timeout", "timeout_error"],
])("%s is told as %s, with the id of the request", (code, type) => {
  expect(encodeError(new AppError(code, "So it is.", { detail: "secret" }), "req_1")).toEqual({
    type: "error",
    error: { type, message: "So it is." },
    request_id: "req_1",
  });
});

test("in a stream it is one event", () => {
  const frame = encodeErrorFrame(new AppError("overloaded", "Later."), "req_1");
  expect(frame).toBe(
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Later."},"request_id":"req_1"}\n\n',
  );
});

test("a prompt that is too long is told in the words that clients know, once", () => {
  const told = (message: string) => encodeError(new AppError("context_length_exceeded", message), "req_1");
  expect(told("Too many tokens.")).toMatchObject({ error: { message: "prompt is too long: Too many tokens." } });
  expect(told("Prompt is too long: 2 > 1")).toMatchObject({ error: { message: "Prompt is too long: 2 > 1" } });
});
