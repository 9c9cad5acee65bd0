import type { Failure, Provider, UpstreamHead } from "../provider.ts";
import { readError, type SaidError } from "./read-error.ts";

/** How a provider spells one kind of failure. Every condition that is given must hold; the first rule that fits decides. */
export type FailureRule = {
  readonly kind: Failure["kind"];
  /** Spellings of its code or type. */
  readonly codes?: readonly string[];
  readonly status?: number;
  /** Words of its message, for what has no code of its own. */
  readonly text?: RegExp;
};

/** Classifies by the rules of a provider, then by those that most share, then by status. `read` knows its form of an error. */
export const classifyWith =
  (rules: readonly FailureRule[], read: (body: unknown) => SaidError = readError): Provider["classify"] =>
  (head, body) => {
    const said = read(body);
    const status = statusOf(head, said);
    const rule = [...rules, ...COMMON].find((each) => fits(each, status, said));
    const kind = rule?.kind ?? (head.status === IN_A_200 ? kindByType(said) : undefined) ?? kindByStatus(status);
    const mayCooldown = kind === "rate-limit" || kind === "overloaded";
    return { kind, isRetryable: !FINAL.has(kind), cooldownS: mayCooldown ? cooldownS(head, said) : undefined };
  };

/** Classifies a failure by status and by OpenAI's error codes. */
export const classifyByStatus = classifyWith([]);

/** What an error object inside a 200 or inside a stream is classified with: it has no status of its own. */
const IN_A_200 = 502;

/** Nobody else would answer these either. */
const FINAL: ReadonlySet<Failure["kind"]> = new Set(["bad-request", "context-too-long", "content-filter"]);

// vLLM, SGLang, llama.cpp, Ollama, DeepSeek and Mistral say it in words only.
const CONTEXT_TEXT =
  /max(?:imum)? context length|(?:exceeds|longer than) the (?:available |model's )?context (?:length|size|window)/i;

const COMMON: readonly FailureRule[] = [
  { kind: "context-too-long", codes: ["context_length_exceeded", "exceed_context_size_error"] },
  { kind: "content-filter", codes: ["content_filter", "content_policy_violation"] },
  { kind: "quota", codes: ["insufficient_quota"] },
  { kind: "rate-limit", codes: ["rate_limit_exceeded"] },
  ...[400, 413, 422, IN_A_200].map((status): FailureRule => ({ kind: "context-too-long", status, text: CONTEXT_TEXT })),
];

const BY_TYPE: Readonly<Record<string, Failure["kind"]>> = {
  invalid_request_error: "bad-request",
  authentication_error: "authentication",
  permission_error: "permission",
  not_found_error: "not-found",
  rate_limit_error: "rate-limit",
  overloaded_error: "overloaded",
};

const BY_STATUS: Readonly<Record<number, Failure["kind"]>> = {
  401: "authentication",
  402: "quota",
  403: "permission",
  404: "not-found",
  408: "timeout",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

const statusOf = (head: UpstreamHead, said: SaidError) =>
  head.status === IN_A_200 ? (said.status ?? IN_A_200) : head.status;

const fits = ({ codes, status, text }: FailureRule, actual: number, said: SaidError) =>
  (status === undefined || status === actual) &&
  (codes === undefined || said.codes.some((code) => codes.includes(code))) &&
  (text === undefined || text.test(said.message));

const kindByType = ({ codes }: SaidError) =>
  codes.map((code) => (Object.hasOwn(BY_TYPE, code) ? BY_TYPE[code] : undefined)).find((kind) => kind !== undefined);

function kindByStatus(status: number): Failure["kind"] {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return "server";
  return status >= 400 ? "bad-request" : "bad-reply";
}

const cooldownS = (head: UpstreamHead, { retryAfterS }: SaidError) =>
  retryAfterIn(head) ?? (retryAfterS === undefined ? undefined : boundedS(retryAfterS));

const COOLDOWN_S_MAX = 3_600;

/** Reads `retry-after-ms` and `retry-after` (seconds or an HTTP date); gives whole seconds, at least 1, capped. */
function retryAfterIn(head: UpstreamHead): number | undefined {
  const ms = Number(head.header("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return boundedS(ms / 1000);
  const text = head.header("retry-after");
  if (text === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : secondsUntil(text, head.header("date"));
  return Number.isFinite(seconds) && seconds >= 0 ? boundedS(seconds) : undefined;
}

// Measured against the upstream's own Date header, so that neither clock matters.
const secondsUntil = (text: string, date: string | undefined) =>
  date === undefined ? Number.NaN : (Date.parse(text) - Date.parse(date)) / 1000;

const boundedS = (seconds: number) => Math.min(COOLDOWN_S_MAX, Math.max(1, Math.ceil(seconds)));
