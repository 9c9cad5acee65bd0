import { AppError } from "#lib/base/errors";
import type { Json, JsonObject, Part } from "#lib/gateway/conversation";
import type { DecodeContext } from "#lib/gateway/dialects/codec";
import { listIn, numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import type { Choice, Reply } from "#lib/gateway/reply";
import { type CallIds, createReplyCallIds } from "./call-ids.ts";
import { extrasOf, said, unread } from "./fields.ts";
import { readFinish } from "./finish.ts";
import { joinParts } from "./join-parts.ts";
import { readLogprobs } from "./logprobs.ts";
import { type PlacedCitation, readCitations, readSourceNotes } from "./read-citations.ts";
import { readUsage } from "./read-usage.ts";
import { readHead } from "./reply-head.ts";
import { readServiceTier } from "./service-tier.ts";

const FIELDS: ReadonlySet<string> = new Set([
  "candidates",
  "usageMetadata",
  "modelVersion",
  "createTime",
  "responseId",
]);
const CANDIDATE: ReadonlySet<string> = new Set(["content", "finishReason", "index", "logprobsResult"]);
const WITH_SOURCES: ReadonlySet<string> = new Set([...CANDIDATE, "groundingMetadata", "citationMetadata"]);

/** Reads a whole `GenerateContentResponse`. Throws `upstream_failed` where it holds no answer. */
export function decodeReply(body: JsonObject, context: DecodeContext): Reply {
  const ids = createReplyCallIds(context);
  const candidates = listIn(body.candidates);
  if (candidates.length === 0 && !isBlocked(body))
    throw new AppError("upstream_failed", "The upstream gave no answer.", { detail: "no candidates" });
  const choices =
    candidates.length === 0 ? [BLOCKED] : candidates.map((candidate, at) => readCandidate(candidate, at, ids));
  return {
    ...readHead(body, context),
    choices,
    ...said({ usage: readUsage(body.usageMetadata), serviceTier: tierOf(body) }),
    ...extrasOf(unread(body, FIELDS)),
  };
}

/** True where the prompt itself was refused: then there are no candidates. */
export const isBlocked = (body: JsonObject) => textIn(objectIn(body.promptFeedback)?.blockReason) !== undefined;

const BLOCKED: Choice = { index: 0, parts: [], finish: { kind: "content-filter" } };

/** Gives the service tier that a reply names. */
export function tierOf(body: JsonObject): string | undefined {
  const tier = textIn(objectIn(body.usageMetadata)?.serviceTier);
  return tier === undefined ? undefined : readServiceTier(tier);
}

function readCandidate(value: Json, at: number, ids: CallIds): Choice {
  const candidate = objectIn(value) ?? {};
  const { parts, places } = joinParts(listIn(objectIn(candidate.content)?.parts), ids);
  const last = places.findLast((place) => place !== undefined);
  const citations = readCitations(candidate, (index) => places[index] ?? last);
  const hasCalls = parts.some(({ kind }) => kind === "tool-call");
  const word = textIn(candidate.finishReason);
  return {
    index: numberIn(candidate.index) ?? at,
    parts: citations.length === 0 ? parts : withCitations(parts, citations),
    finish: word === undefined ? { kind: "other" } : readFinish(word, hasCalls),
    ...said({ logprobs: readLogprobs(candidate.logprobsResult) }),
    ...(last === undefined
      ? extrasOf(unread(candidate, CANDIDATE))
      : extrasOf(unread(candidate, WITH_SOURCES), readSourceNotes(candidate))),
  };
}

function withCitations(parts: readonly Part[], citations: readonly PlacedCitation[]): readonly Part[] {
  const byPart = Map.groupBy(citations, ({ part }) => part);
  return parts.map((part, at) => {
    const own = byPart.get(at);
    return own && part.kind === "text" ? { ...part, citations: own.map(({ citation }) => citation) } : part;
  });
}
