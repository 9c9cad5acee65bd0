import type { Fields, Script } from "#tests/support/client-upstream";
import { json, refusal } from "#tests/support/client-wire";

/** What the upstream says that is no answer, and how it must reach a client. */
export type Refused = {
  readonly title: string;
  readonly model: string;
  readonly script: Script;
  /** How many requests a client with two retries makes. */
  readonly requests: number;
};

/** Faults of the caller's own request: they arrive as if nothing stood between. */
export const SAME: readonly Refused[] = [
  {
    title: "400",
    model: "e400",
    script: refusal(400, {
      message: "Unsupported parameter: 'max_tokens' is not supported with this model.",
      param: "max_tokens",
      code: "unsupported_parameter",
    }),
    requests: 1,
  },
  {
    title: "400 for a prompt that is too long",
    model: "e400-context",
    script: refusal(400, {
      message: "This model's maximum context length is 8 tokens.",
      param: "messages",
      code: "context_length_exceeded",
    }),
    requests: 1,
  },
  {
    title: "400 by the content filter",
    model: "e400-filter",
    script: refusal(400, { message: "The response was filtered.", param: "prompt", code: "content_filter" }),
    requests: 1,
  },
  {
    title: "409",
    model: "e409",
    script: refusal(409, { message: "Another is under way.", code: "conflict" }),
    requests: 3,
  },
  { title: "413", model: "e413", script: refusal(413, { message: "Too large.", code: "too_large" }), requests: 1 },
  {
    title: "422",
    model: "e422",
    script: refusal(422, { message: "No such tool.", param: "tools.0", code: "unprocessable" }),
    requests: 1,
  },
];

/** A row where a gateway must differ, with what is told to the client instead and why. */
export type Policy = Refused & {
  readonly why: string;
  /** What the client of the upstream itself has: an exception, or garbage it takes for an answer. */
  readonly without: Fields | string;
  readonly requestsWithout: number;
  readonly status: number;
  readonly class: string;
  readonly code: string;
  readonly retryAfter: string | null;
  readonly shouldRetry: string | null;
};

const OPERATOR = {
  why: "the gateway's own access to the upstream is its operator's matter and not the caller's, who must not retry",
  status: 502,
  class: "InternalServerError",
  code: "upstream_rejected",
  retryAfter: null,
  shouldRetry: "false",
  requests: 1,
};

const failing = (status: number, code: string, retryAfter: string | null = null) => ({
  status,
  class: "InternalServerError",
  code,
  retryAfter,
  shouldRetry: null,
  requests: 3,
});

const LIMITED = {
  message: "Rate limit reached for org-of-the-operator.",
  type: "requests",
  code: "rate_limit_exceeded",
};

const limited = (model: string, title: string, given: Pick<Policy, "script" | "retryAfter">): Policy => ({
  title,
  model,
  ...given,
  why: "the limit is the operator's own, told in our words; hints become whole seconds, five where there is none",
  without: { class: "RateLimitError", status: 429, code: "rate_limit_exceeded" },
  requestsWithout: 3,
  status: 429,
  class: "RateLimitError",
  code: "rate_limited",
  shouldRetry: null,
  requests: 3,
});

export const POLICIES: readonly Policy[] = [
  {
    title: "401",
    model: "e401",
    script: refusal(401, { message: "Incorrect API key provided: upstream-secret.", code: "invalid_api_key" }),
    without: { class: "AuthenticationError", status: 401, code: "invalid_api_key" },
    requestsWithout: 1,
    ...OPERATOR,
  },
  {
    title: "403",
    model: "e403",
    script: refusal(403, { message: "No access.", code: "unsupported_country_region_territory" }),
    without: { class: "PermissionDeniedError", status: 403 },
    requestsWithout: 1,
    ...OPERATOR,
  },
  {
    title: "404",
    model: "e404",
    script: refusal(404, { message: "The model `e404` does not exist.", code: "model_not_found" }),
    without: { class: "NotFoundError", status: 404, code: "model_not_found" },
    requestsWithout: 1,
    ...OPERATOR,
  },
  {
    title: "429 for an empty account",
    model: "e429-quota",
    script: refusal(429, {
      message: "You exceeded your quota.",
      type: "insufficient_quota",
      code: "insufficient_quota",
    }),
    without: { class: "RateLimitError", status: 429, code: "insufficient_quota" },
    requestsWithout: 3,
    ...OPERATOR,
  },
  {
    title: "400 that repeats the gateway's own credential",
    model: "e400-echo",
    script: refusal(400, { message: "No such thing: Bearer upstream-secret.", param: "upstream-secret", code: "odd" }),
    why: "it is the caller's to mend, but the credential is the operator's",
    without: { class: "BadRequestError", status: 400, code: "odd" },
    requestsWithout: 1,
    ...failing(400, "odd"),
    class: "BadRequestError",
    requests: 1,
  },
  limited("e429", "429", { script: refusal(429, LIMITED), retryAfter: "5" }),
  limited("e429-s", "429 with retry-after in seconds", {
    script: refusal(429, LIMITED, { "retry-after": "7" }),
    retryAfter: "7",
  }),
  limited("e429-date", "429 with retry-after as a date", {
    script: refusal(429, LIMITED, {
      date: "Wed, 21 Oct 2026 07:28:00 GMT",
      "retry-after": "Wed, 21 Oct 2026 07:28:09 GMT",
    }),
    retryAfter: "9",
  }),
  limited("e429-ms", "429 with retry-after-ms", {
    script: refusal(429, LIMITED, { "retry-after-ms": "1500" }),
    retryAfter: "2",
  }),
  {
    title: "500",
    model: "e500",
    script: refusal(500, { message: "Internal error in rack 7.", type: "server_error" }),
    why: "another deployment may be asked first, so it is the gateway that failed; the upstream's inner words stay inside",
    without: { class: "InternalServerError", status: 500 },
    requestsWithout: 3,
    ...failing(502, "upstream_failed"),
  },
  {
    title: "503",
    model: "e503",
    script: refusal(503, { message: "Overloaded.", type: "service_unavailable_error", code: "slow_down" }),
    why: "said in our words, with a time to come back",
    without: { class: "InternalServerError", status: 503 },
    requestsWithout: 3,
    ...failing(503, "no_upstream", "5"),
  },
  {
    title: "529",
    model: "e529",
    script: refusal(529, { message: "Overloaded.", type: "overloaded_error" }, { "retry-after": "3" }),
    why: "529 is one vendor's number for 503",
    without: { class: "InternalServerError", status: 529 },
    requestsWithout: 3,
    ...failing(503, "no_upstream", "3"),
  },
  {
    title: "408",
    model: "e408",
    script: refusal(408, { message: "Timed out.", type: "timeout" }),
    why: "it was the gateway's request that was too slow, not the caller's",
    without: { class: "APIError", status: 408 },
    requestsWithout: 3,
    ...failing(504, "upstream_timeout"),
  },
  {
    title: "an error inside a 200",
    model: "e200",
    script: () => json({ error: { message: "Provider returned error", code: 502 } }),
    why: "a success without an answer is none",
    without: { error: { code: 502 } },
    requestsWithout: 1,
    ...failing(502, "upstream_failed"),
  },
  {
    title: "an error inside a 200 that speaks of the caller's request",
    model: "e200-400",
    script: () => json({ error: { message: "No.", type: "invalid_request_error", param: "n", code: "invalid_value" } }),
    why: "what it says is the caller's to mend",
    without: { error: { code: "invalid_value" } },
    requestsWithout: 1,
    ...failing(400, "invalid_value"),
    class: "BadRequestError",
    requests: 1,
  },
  {
    title: "HTML inside a 200",
    model: "e200-html",
    script: () => ({ headers: { "content-type": "text/html" }, body: "<html>Please log in</html>" }),
    why: "a page is no answer, and its markup must not reach the caller",
    without: "<html>Please log in</html>",
    requestsWithout: 1,
    ...failing(502, "upstream_failed"),
  },
];
