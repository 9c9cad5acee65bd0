import { AppError } from "#lib/base/errors";
import type { Json, JsonObject, Part, ReasoningPart, TextPart } from "#lib/gateway/conversation";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import type { CallIds } from "./call-ids.ts";
import { readFinish } from "./finish.ts";
import { isNothing } from "./join-parts.ts";
import { readLogprobs } from "./logprobs.ts";
import { type PartialArgs, withPartialArgs } from "./partial-args.ts";
import { readCitations } from "./read-citations.ts";
import { readAnswerPart } from "./read-part.ts";

type Open =
  | { readonly kind: "text" | "reasoning"; readonly text: string; readonly isSigned: boolean }
  | { readonly kind: "tool-call"; readonly partial: PartialArgs };

/** One candidate of a stream, as far as it has been read. */
export type CandidateState = {
  readonly choice: number;
  readonly ids: CallIds;
  /** How many parts were started; the open one is the last of them. */
  readonly parts: number;
  readonly open: Open | undefined;
  readonly hasCalls: boolean;
  /** The last reason to finish: older models name one in every chunk. */
  readonly word: string | undefined;
};

export type CandidateStep = { readonly state: CandidateState; readonly events: readonly ReplyEvent[] };

/** Gives a candidate of which nothing has been read. */
export const newCandidate = (choice: number, ids: CallIds): CandidateState => ({
  choice,
  ids,
  parts: 0,
  open: undefined,
  hasCalls: false,
  word: undefined,
});

/** Reads what one chunk adds to a candidate. */
export function readCandidateChunk(state: CandidateState, candidate: JsonObject): CandidateStep {
  const events: ReplyEvent[] = [];
  let reached = state;
  for (const raw of listIn(objectIn(candidate.content)?.parts)) {
    const step = readChunkPart(reached, raw);
    events.push(...step.events);
    reached = step.state;
  }
  const word = textIn(candidate.finishReason);
  const isReason = word !== undefined && word !== "FINISH_REASON_UNSPECIFIED";
  return {
    state: isReason ? { ...reached, word } : reached,
    events: [...events, ...readNotes(reached, candidate)],
  };
}

/** Takes the end of the stream: closes what is open and says why it ended, where that is known. */
export function endCandidate(state: CandidateState): readonly ReplyEvent[] {
  const { events } = closed(state);
  const { choice, word, hasCalls } = state;
  return word === undefined ? events : [...events, { kind: "finish", choice, finish: readFinish(word, hasCalls) }];
}

const at = ({ choice, parts }: CandidateState) => ({ choice, part: parts - 1 });

/** Sources and probabilities belong to the text that is open. */
function readNotes(state: CandidateState, candidate: JsonObject): readonly ReplyEvent[] {
  const { open } = state;
  if (open?.kind !== "text") return [];
  const place = { part: state.parts - 1, text: open.text, base: 0 };
  const tokens = readLogprobs(candidate.logprobsResult);
  return [
    ...(tokens ? [{ kind: "logprobs", ...at(state), tokens } as const] : []),
    ...readCitations(candidate, () => place).map(
      ({ citation }) => ({ kind: "citation", ...at(state), citation }) as const,
    ),
  ];
}

function readChunkPart(state: CandidateState, raw: Json): CandidateStep {
  const call = objectIn(objectIn(raw)?.functionCall);
  if (call && isStreamed(call, state)) return readCallPiece(state, raw, call);
  const part = readAnswerPart(raw, state.ids);
  if (part === undefined || isNothing(part)) return { state, events: [] };
  return part.kind === "text" || part.kind === "reasoning" ? readTextPiece(state, part) : readWhole(state, part);
}

function readTextPiece(state: CandidateState, part: TextPart | ReasoningPart): CandidateStep {
  const { open } = state;
  const isMore = open?.kind === part.kind && !open.isSigned;
  const { state: ready, events } = isMore ? { state, events: [] } : started(state, openingOf(part));
  const text = isMore ? open.text + part.text : part.text;
  const reached = { ...ready, open: { kind: part.kind, text, isSigned: part.signature !== undefined } };
  const isBare = part.kind === "reasoning" && part.isRedacted && !isMore;
  const { signature } = part;
  return {
    state: reached,
    events: [
      ...events,
      ...(part.text === "" ? [] : [{ kind: "delta", ...at(reached), text: part.text } as const]),
      ...(signature && !isBare ? [{ kind: "signature", ...at(reached), signature } as const] : []),
    ],
  };
}

function openingOf(part: TextPart | ReasoningPart): PartOpening {
  if (part.kind === "text") return { kind: "text" };
  const { kind, form, isRedacted, signature } = part;
  return isRedacted ? { kind, form, isRedacted, signature } : { kind, form };
}

/** Starts a part, ending the one that is open. */
function started(state: CandidateState, of: PartOpening): CandidateStep {
  const { state: free, events } = closed(state);
  const reached = { ...free, parts: free.parts + 1, hasCalls: free.hasCalls || of.kind === "tool-call" };
  return { state: reached, events: [...events, { kind: "part-start", ...at(reached), of }] };
}

function closed(state: CandidateState): CandidateStep {
  const { open } = state;
  if (open === undefined) return { state, events: [] };
  const input = open.kind === "tool-call" ? JSON.stringify(open.partial.args) : undefined;
  return {
    state: { ...state, open: undefined },
    events: [
      ...(input === undefined ? [] : [{ kind: "delta", ...at(state), text: input } as const]),
      { kind: "part-end", ...at(state) },
    ],
  };
}

type WholePart = Exclude<Part, { kind: "text" | "reasoning" }>;

function readWhole(state: CandidateState, part: WholePart): CandidateStep {
  if (part.kind === "tool-result" || part.kind === "refusal") throw nonsense(part.kind);
  const { state: reached, events } = started(state, part.kind === "tool-call" ? callOpening(part) : part);
  return {
    state: reached,
    events: [
      ...events,
      ...(part.kind === "tool-call" ? [{ kind: "delta", ...at(reached), text: part.input } as const] : []),
      { kind: "part-end", ...at(reached) },
    ],
  };
}

const callOpening = ({ kind, id, name, signature }: Extract<Part, { kind: "tool-call" }>): PartOpening =>
  signature ? { kind, id, name, signature } : { kind, id, name };

/** Vertex can stream arguments: a call is named first, then its values come, then an empty piece ends it. */
const isStreamed = (call: JsonObject, { open }: CandidateState) =>
  call.willContinue === true ||
  call.partialArgs !== undefined ||
  (open?.kind === "tool-call" && call.name === undefined);

function readCallPiece(state: CandidateState, raw: Json, call: JsonObject): CandidateStep {
  const { state: ready, events } = call.name === undefined ? { state, events: [] } : startedCall(state, raw, call);
  if (ready.open?.kind !== "tool-call") throw nonsense("a piece of no call");
  const partial = withPartialArgs(ready.open.partial, call.partialArgs);
  const reached: CandidateState = { ...ready, open: { kind: "tool-call", partial } };
  if (call.willContinue === true) return { state: reached, events };
  const end = closed(reached);
  return { state: end.state, events: [...events, ...end.events] };
}

function startedCall(state: CandidateState, raw: Json, call: JsonObject): CandidateStep {
  const part = readAnswerPart(raw, state.ids);
  if (part?.kind !== "tool-call") throw nonsense("functionCall");
  const { state: reached, events } = started(state, callOpening(part));
  const partial = { args: objectIn(call.args) ?? {}, growing: undefined };
  return { state: { ...reached, open: { kind: "tool-call", partial } }, events };
}

const nonsense = (detail: string) =>
  new AppError("upstream_failed", "The upstream sent a stream that makes no sense.", { detail });
