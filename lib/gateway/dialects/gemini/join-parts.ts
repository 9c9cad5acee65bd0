import type { Json, Part, ReasoningPart, TextPart } from "#lib/gateway/conversation";
import type { CallIds } from "./call-ids.ts";
import type { TextPlace } from "./read-citations.ts";
import { readAnswerPart } from "./read-part.ts";

type Joined = {
  readonly parts: readonly Part[];
  /** Where the text of each of Google's parts went. */
  readonly places: readonly (TextPlace | undefined)[];
};

/** Reads the parts of an answer; neighbouring texts of one kind are one part, as they would be in a stream. */
export function joinParts(raw: readonly Json[], ids: CallIds): Joined {
  const parts: Part[] = [];
  const places = raw.map((value): TextPlace | undefined => {
    const part = readAnswerPart(value, ids);
    if (part === undefined || isNothing(part)) return undefined;
    const last = parts.at(-1);
    const base = last?.kind === "text" && isText(part) && isJoinable(last, part) ? last.text.length : 0;
    if (last && isText(last) && isText(part) && isJoinable(last, part)) parts[parts.length - 1] = withMore(last, part);
    else parts.push(part);
    return part.kind === "text" ? { part: parts.length - 1, text: part.text, base } : undefined;
  });
  return { parts, places };
}

const isText = (part: Part): part is TextPart | ReasoningPart => part.kind === "text" || part.kind === "reasoning";

/** True for the empty text that Gemini ends its streams with. */
export const isNothing = (part: Part) =>
  isText(part) && part.text === "" && part.signature === undefined && part.extras === undefined;

/** A proof closes its text. */
const isJoinable = (last: TextPart | ReasoningPart, next: TextPart | ReasoningPart) =>
  last.kind === next.kind && last.signature === undefined && last.extras === undefined && next.extras === undefined;

function withMore(last: TextPart | ReasoningPart, { text, signature }: TextPart | ReasoningPart): Part {
  return { ...last, text: last.text + text, ...(signature ? { signature } : {}) };
}
