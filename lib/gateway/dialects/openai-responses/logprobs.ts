import type { JsonObject } from "#lib/gateway/conversation";
import { listIn, numberIn, textIn } from "#lib/gateway/dialects/read";
import type { TokenLogprob } from "#lib/gateway/reply";
import { objectsIn } from "./objects-in.ts";

/** Asks for the log-probabilities of the text. */
export const LOGPROBS = "message.output_text.logprobs";

/** Reads the log-probabilities of a text; tokens without a number are not there. */
export const readLogprobs = (value: unknown): readonly TokenLogprob[] =>
  objectsIn(value).flatMap((entry) => {
    const top = objectsIn(entry.top_logprobs).flatMap(readToken);
    return readToken(entry).map((token) => ({ ...token, top }));
  });

function readToken(entry: JsonObject): readonly Omit<TokenLogprob, "top">[] {
  const token = textIn(entry.token);
  const logprob = numberIn(entry.logprob);
  if (token === undefined || logprob === undefined) return [];
  const bytes = listIn(entry.bytes).filter((byte) => typeof byte === "number");
  return [{ token, logprob, ...(Array.isArray(entry.bytes) ? { bytes } : {}) }];
}

/** Writes log-probabilities in the form of `output_text.logprobs`. */
export const writeLogprobs = (tokens: readonly TokenLogprob[]): readonly JsonObject[] =>
  tokens.map(({ top, ...token }) => ({ ...writeToken(token), top_logprobs: top.map(writeToken) }));

const writeToken = ({ token, logprob, bytes }: Omit<TokenLogprob, "top">): JsonObject => ({
  token,
  logprob,
  bytes: bytes ?? [],
});
