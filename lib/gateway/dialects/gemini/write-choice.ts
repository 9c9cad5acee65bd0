import type { Citation, JsonObject, Signature } from "#lib/gateway/conversation";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { isBareProof } from "./attach-proofs.ts";
import { writeLogprobs } from "./logprobs.ts";
import { REPLY_WRITING } from "./reply-head.ts";
import { writeCitations } from "./write-citations.ts";
import { writePart } from "./write-part.ts";

type Growing = Extract<PartOpening, { kind: "text" | "refusal" | "reasoning" | "tool-call" }>;

type Open = {
  readonly of: Growing;
  /** All of it so far: offsets of citations are counted in it, and a call's arguments are written as one object. */
  readonly text: string;
  readonly signature: Signature | undefined;
  readonly citations: readonly Citation[];
};

/** One choice of a stream, as far as it has been written. */
export type ChoiceState = {
  readonly open: Open | undefined;
  /** A proof that belongs to the next part. */
  readonly held: Signature | undefined;
};

export type ChoiceStep = {
  readonly state: ChoiceState;
  readonly parts: readonly JsonObject[];
  /** What is said of the candidate beside the parts. */
  readonly notes?: JsonObject;
  readonly isLost?: boolean;
};

/** The events that tell of a part. */
export type PartEvent = Extract<ReplyEvent, { readonly part: number }>;

export const NEW_CHOICE: ChoiceState = { open: undefined, held: undefined };

/** Writes what one event adds to a choice. */
export function writePartEvent(state: ChoiceState, event: PartEvent): ChoiceStep {
  if (event.kind === "part-start") return startPart(state, event.of);
  const { open } = state;
  if (open === undefined) return { state, parts: [] };
  switch (event.kind) {
    case "delta":
      return { state: withOpen(state, { ...open, text: open.text + event.text }), parts: pieceOf(open.of, event.text) };
    case "signature":
      return { state: withOpen(state, { ...open, signature: event.signature }), parts: [] };
    case "citation":
      return { state: withOpen(state, { ...open, citations: [...open.citations, event.citation] }), parts: [] };
    case "logprobs":
      return { state, parts: [{ text: "" }], notes: { logprobsResult: writeLogprobs(event.tokens) } };
    case "part-end":
      return endPart(state, open);
  }
}

const withOpen = (state: ChoiceState, open: Open): ChoiceState => ({ ...state, open });

function startPart({ held }: ChoiceState, of: PartOpening): ChoiceStep {
  const takesProof = of.kind === "text" || of.kind === "tool-call";
  const before = held && !takesProof ? writeProof(held) : [];
  const left = takesProof ? held : undefined;
  if (isGrowing(of)) {
    const signature = "signature" in of ? of.signature : undefined;
    return { state: { open: { of, text: "", signature, citations: [] }, held: left }, parts: before };
  }
  const written = writePart(of, REPLY_WRITING);
  return { state: { open: undefined, held: left }, parts: [...before, ...written], isLost: written.length === 0 };
}

const isGrowing = (of: PartOpening): of is Growing =>
  of.kind === "text" || of.kind === "refusal" || of.kind === "reasoning" || of.kind === "tool-call";

/** Gemini's own form of a proof that comes after its text, or without one. */
export const writeProof = (signature: Signature): readonly JsonObject[] =>
  writePart({ kind: "text", text: "", signature }, REPLY_WRITING);

function pieceOf(of: Growing, text: string): readonly JsonObject[] {
  if (of.kind === "tool-call" || text === "") return [];
  return of.kind === "reasoning" ? [{ thought: true, text }] : [{ text }];
}

function endPart({ held }: ChoiceState, { of, text, signature, citations }: Open): ChoiceStep {
  const isBare = of.kind === "reasoning" && isBareProof({ isRedacted: of.isRedacted, text, signature });
  if (isBare) return { state: { open: undefined, held: signature }, parts: [] };
  const proof = signature ?? held;
  const before = signature && held ? writeProof(held) : [];
  const state = NEW_CHOICE;
  if (of.kind === "tool-call")
    return { state, parts: [...before, ...writePart({ ...of, input: text, signature: proof }, REPLY_WRITING)] };
  if (of.kind === "reasoning")
    return { state, parts: signature ? writePart({ ...of, text: "", signature }, REPLY_WRITING) : [] };
  const notes = writeCitations([{ partIndex: 0, text, citations }]);
  const hasNotes = Object.keys(notes).length > 0;
  const last = proof ? writeProof(proof) : hasNotes ? [{ text: "" }] : [];
  return { state, parts: [...before, ...last], notes };
}
