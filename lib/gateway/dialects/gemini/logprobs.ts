import type { Json, JsonObject } from "#lib/gateway/conversation";
import { listIn, numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import type { TokenLogprob } from "#lib/gateway/reply";

/** Reads a `logprobsResult`: the chosen tokens, and the alternatives at each step. */
export function readLogprobs(value: unknown): readonly TokenLogprob[] | undefined {
  const result = objectIn(value);
  if (result === undefined) return undefined;
  const steps = listIn(result.topCandidates);
  const tokens = listIn(result.chosenCandidates).flatMap((chosen, at) => {
    const token = readToken(chosen);
    const top = listIn(objectIn(steps[at])?.candidates).flatMap((one) => readToken(one) ?? []);
    return token === undefined ? [] : [{ ...token, top }];
  });
  return tokens.length === 0 ? undefined : tokens;
}

function readToken(value: Json) {
  const candidate = objectIn(value);
  const token = textIn(candidate?.token);
  // Proto JSON leaves zeros out.
  const logprob = numberIn(candidate?.logProbability) ?? 0;
  return token === undefined ? undefined : { token, logprob };
}

/** Writes a `logprobsResult`. */
export const writeLogprobs = (tokens: readonly TokenLogprob[]): JsonObject => ({
  topCandidates: tokens.map(({ top }) => ({ candidates: top.map(writeToken) })),
  chosenCandidates: tokens.map(writeToken),
});

const writeToken = ({ token, logprob }: Pick<TokenLogprob, "token" | "logprob">): JsonObject => ({
  token,
  logProbability: logprob,
});
