import { describe, expect, test } from "vitest";
import { AppError, type ErrorCode } from "#lib/base/errors";
import { encodeError } from "./encode-error.ts";

const rpc = "type.googleapis.com/google.rpc";

describe("a refusal as Google writes one", () => {
  test("names our code as the reason, the field, the time to wait and the request", () => {
    const error = new AppError("rate_limited", "Too fast.", { param: "contents", retryAfterS: 5 });
    expect(encodeError(error, "req_1")).toStrictEqual({
      error: {
        code: 429,
        message: "Too fast.",
        status: "RESOURCE_EXHAUSTED",
        details: [
          { "@type": `${rpc}.ErrorInfo`, reason: "rate_limited", domain: "switchyard" },
          { "@type": `${rpc}.BadRequest`, fieldViolations: [{ field: "contents", description: "Too fast." }] },
          { "@type": `${rpc}.RetryInfo`, retryDelay: "5s" },
          { "@type": `${rpc}.RequestInfo`, requestId: "req_1" },
        ],
      },
    });
  });

  test.each<readonly [ErrorCode, number, string]>([
    ["invalid_field", 400, "INVALID_ARGUMENT"],
    ["invalid_api_key", 401, "UNAUTHENTICATED"],
    ["insufficient_funds", 402, "FAILED_PRECONDITION"],
    ["model_not_allowed", 403, "PERMISSION_DENIED"],
    ["model_not_found", 404, "NOT_FOUND"],
    ["body_too_large", 413, "INVALID_ARGUMENT"],
    ["internal", 500, "INTERNAL"],
    ["upstream_failed", 502, "UNAVAILABLE"],
    ["overloaded", 503, "UNAVAILABLE"],
    ["upstream_timeout", 504, "DEADLINE_EXCEEDED"],
  ])("%s is %i %s", (code, status, name) => {
    expect(encodeError(new AppError(code, "No."), "r")).toMatchObject({ error: { code: status, status: name } });
  });
});
