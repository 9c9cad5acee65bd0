/** Every refusal we make, in one list: the code is stable, the status is what an HTTP door answers. docs/errors.md explains each. */
export const ERROR_STATUS = {
  invalid_request: 400,
  invalid_json: 400,
  missing_field: 400,
  invalid_field: 400,
  too_complex: 400,
  not_translatable: 400,
  context_length_exceeded: 400,
  previous_response_not_found: 400,
  content_filter: 400,
  endpoint_not_offered: 400,
  missing_api_key: 401,
  invalid_api_key: 401,
  insufficient_funds: 402,
  forbidden: 403,
  address_not_allowed: 403,
  endpoint_not_allowed: 403,
  model_not_allowed: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  body_too_large: 413,
  url_too_long: 414,
  unsupported_content: 415,
  expectation_failed: 417,
  unprocessable: 422,
  upgrade_required: 426,
  rate_limited: 429,
  too_many_failures: 429,
  headers_too_large: 431,
  caller_left: 499,
  internal: 500,
  upstream_failed: 502,
  upstream_rejected: 502,
  no_upstream: 503,
  not_ready: 503,
  overloaded: 503,
  journal_full: 503,
  money_unavailable: 503,
  responses_unavailable: 503,
  upstream_timeout: 504,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

type ErrorOptions = {
  /** For the log only: never shown to a caller. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** The field of the caller's input that is wrong, as a path. */
  readonly param?: string;
  readonly retryAfterS?: number;
  /** What an SDK should do, against its own rule of retrying by status. */
  readonly shouldRetry?: boolean;
  /** The methods an address does take, where it was asked with another. */
  readonly allow?: string;
};

/** A refusal or failure with two audiences: `message` may be shown, `detail` and `cause` are logged only. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly param: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly shouldRetry: boolean | undefined;
  readonly allow: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.detail = options.detail;
    this.param = options.param;
    this.retryAfterS = options.retryAfterS;
    this.shouldRetry = options.shouldRetry;
    this.allow = options.allow;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

/** Gives any thrown thing as an AppError; what we did not expect becomes `internal`, its cause kept for the log. */
export const toAppError = (thrown: unknown): AppError =>
  isAppError(thrown) ? thrown : new AppError("internal", "Something went wrong on our side.", { cause: thrown });

/** Next gives route handlers and server actions a bundle each, and each has a class of its own: `instanceof` tells them apart. */
const isAppError = (thrown: unknown): thrown is AppError =>
  thrown instanceof Error && thrown.name === "AppError" && "code" in thrown && isErrorCode(thrown.code);

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(ERROR_STATUS, code);
