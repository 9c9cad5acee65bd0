import type { JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext, StreamDecoder } from "#lib/gateway/dialects/codec";
import { listIn, numberIn, objectIn } from "#lib/gateway/dialects/read";
import type { ReplyEvent } from "#lib/gateway/reply";
import { createReplyCallIds } from "./call-ids.ts";
import { isBlocked, tierOf } from "./decode-reply.ts";
import { said } from "./fields.ts";
import { type CandidateState, endCandidate, newCandidate, readCandidateChunk } from "./read-candidate.ts";
import { readUsage } from "./read-usage.ts";
import { readHead } from "./reply-head.ts";

/**
 * Reads a stream of `GenerateContentResponse`s. Why a candidate finished is said at the end only: models differ in
 * whether they name a reason once, in a chunk of its own, or in every chunk.
 */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const ids = createReplyCallIds(context);
  const candidates = new Map<number, CandidateState>();
  let hasStarted = false;
  let wasRefused = false;
  const readChunk = (chunk: JsonObject): readonly ReplyEvent[] => {
    wasRefused ||= isBlocked(chunk);
    return listIn(chunk.candidates).flatMap((raw, at) => {
      const candidate = objectIn(raw) ?? {};
      const choice = numberIn(candidate.index) ?? at;
      const { state, events } = readCandidateChunk(candidates.get(choice) ?? newCandidate(choice, ids), candidate);
      candidates.set(choice, state);
      return events;
    });
  };
  return {
    push({ data }) {
      if (data.error !== undefined && data.error !== null) return [{ kind: "error", body: data }];
      const start = hasStarted ? [] : [startOf(data, context)];
      hasStarted = true;
      const events = readChunk(data);
      const usage = readUsage(data.usageMetadata);
      return [...start, ...events, ...(usage ? [{ kind: "usage", usage } as const] : [])];
    },
    end() {
      if (wasRefused && candidates.size === 0) candidates.set(0, newCandidate(0, ids));
      const states = [...candidates.values()].map((state) =>
        wasRefused ? { ...state, word: state.word ?? REFUSED } : state,
      );
      const isWhole = states.length > 0 && states.every(({ word }) => word !== undefined);
      return [...states.flatMap(endCandidate), ...(isWhole ? [{ kind: "end" } as const] : [])];
    },
  };
}

/** The word for a prompt, or the rest of an answer, that was refused. */
const REFUSED = "SAFETY";

const startOf = (chunk: JsonObject, context: DecodeContext): ReplyEvent => ({
  kind: "start",
  ...readHead(chunk, context),
  ...said({ serviceTier: tierOf(chunk) }),
});
