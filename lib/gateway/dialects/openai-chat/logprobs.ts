import type { JsonObject } from "#lib/gateway/conversation";
import type { TokenLogprob } from "#lib/gateway/reply";
import { defined, listIn, numberIn, objectIn, textIn } from "../read.ts";

type Alternative = TokenLogprob["top"][number];

/** Reads the `logprobs` of a choice: those of its content, then those of its refusal. */
export function readLogprobs(raw: unknown): readonly TokenLogprob[] {
  const lists = objectIn(raw);
  return [...listIn(lists?.content), ...listIn(lists?.refusal)].flatMap((value) => {
    const token = readAlternative(value);
    if (token === undefined) return [];
    const top = listIn(objectIn(value)?.top_logprobs).flatMap((other) => readAlternative(other) ?? []);
    return [{ ...token, top }];
  });
}

function readAlternative(raw: unknown): Alternative | undefined {
  const value = objectIn(raw);
  const token = textIn(value?.token);
  const logprob = numberIn(value?.logprob);
  if (token === undefined || logprob === undefined) return undefined;
  if (value?.bytes === null) return { token, logprob, bytes: null };
  if (!Array.isArray(value?.bytes)) return { token, logprob };
  return { token, logprob, bytes: listIn(value.bytes).filter((byte) => typeof byte === "number") };
}

/** Writes log-probabilities as those of the content or of the refusal. */
export function writeLogprobs(tokens: readonly TokenLogprob[], of: "content" | "refusal" = "content"): JsonObject {
  const list = tokens.map(({ top, ...token }) => ({
    ...writeAlternative(token),
    top_logprobs: top.map(writeAlternative),
  }));
  return of === "content" ? { content: list, refusal: null } : { content: null, refusal: list };
}

const writeAlternative = ({ token, logprob, bytes }: Alternative): JsonObject => defined({ token, logprob, bytes });
