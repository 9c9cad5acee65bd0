import { objectIn } from "#lib/gateway/dialects/read";
import { writtenOf } from "#lib/gateway/json-write";

/** What an upstream said of its failure, whatever shape it said it in. */
export type SaidError = {
  /** Its code and its type, by whichever name it calls them; numbers as text. */
  readonly codes: readonly string[];
  /** An HTTP status given inside the body. */
  readonly status: number | undefined;
  readonly message: string;
  /** When to come back, where the body says it. */
  readonly retryAfterS?: number;
};

/** A message may be a whole page; what tells its kind stands at the front. */
export const MESSAGE_CHARS_MAX = 2_000;

/**
 * Reads an error body. Takes OpenAI's object, Azure's with its `innererror`, a plain text as `error` (xAI, Ollama), the
 * members at the top (Mistral, older vLLM, DashScope's own API, Cohere), Anthropic's `details`, FastAPI's `detail`,
 * and any of them as the only entry of a list (Google).
 */
export function readError(body: unknown): SaidError {
  const top = objectIn(Array.isArray(body) ? body[0] : body) ?? {};
  const error = objectIn(top.error) ?? top;
  const inner = objectIn(error.innererror ?? error.inner_error);
  const said = [error.code, error.type, inner?.code, objectIn(error.details)?.error_code, top.code, top.type];
  const words = [error.message, error.msg, top.error, error.detail, top.detail, body];
  return {
    codes: [...new Set(said.filter(isCode).map(String))],
    status: [error.code, top.raw_status_code].filter(isCode).map(Number).find(isErrorStatus),
    message: textOf(words.find((word) => word !== undefined && word !== null)),
  };
}

const isCode = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";

const isErrorStatus = (value: number) => Number.isInteger(value) && value >= 400 && value < 600;

function textOf(words: unknown): string {
  const text = typeof words === "string" ? words : (writtenOf(words) ?? "");
  return text.slice(0, MESSAGE_CHARS_MAX);
}
