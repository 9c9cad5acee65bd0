import type { JsonObject, Part } from "#lib/gateway/conversation";
import { countIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { readCitation, readCitations } from "./citations.ts";
import { readLogprobs } from "./logprobs.ts";
import { callOf, partsOfItem } from "./output-parts.ts";
import { createPartTrack, type PartTrack } from "./part-track.ts";
import { PARAGRAPH } from "./reasoning.ts";

type Read = (data: JsonObject) => readonly ReplyEvent[];

/** Reads the events that carry an answer's content; those it does not name say nothing that the finished item does not. */
export function createContentReader(requestId: string) {
  const track = createPartTrack();
  const paragraphs = new Map<string, number>();
  let hasCalls = false;

  const itemAdded: Read = (data) => {
    const item = objectIn(data.item) ?? {};
    if (!isCall(item)) return [];
    hasCalls = true;
    return track.open(keyOfItem(data), callOf(item, { requestId, index: indexOf(data) }));
  };

  const itemDone: Read = (data) => readItem(objectIn(data.item) ?? {}, indexOf(data));

  /** Reads a finished item: what of it was not streamed is given now. */
  const readItem = (item: JsonObject, index: number): readonly ReplyEvent[] => {
    hasCalls ||= isCall(item);
    const events = partsOfItem(item, { requestId, index }).flatMap((part, at) =>
      settlePart(track, keyOfPart(part, index, at), part),
    );
    return [...events, ...track.close()];
  };

  /** Reads a piece of thought; where another paragraph begins, the break before it. */
  const think = (data: JsonObject, form: "summary" | "full"): readonly ReplyEvent[] => {
    const key = `${keyOfItem(data)}:${form}`;
    const opened = track.open(key, { kind: "reasoning", form });
    const paragraph = countIn(form === "summary" ? data.summary_index : data.content_index) ?? 0;
    const isNext = paragraph > (paragraphs.get(key) ?? paragraph);
    paragraphs.set(key, paragraph);
    return [...opened, ...(isNext ? track.delta(key, PARAGRAPH) : []), ...track.delta(key, textIn(data.delta) ?? "")];
  };

  const contentAdded: Read = (data) => {
    const type = objectIn(data.part)?.type;
    if (type === "reasoning_text") return think(data, "full");
    return type === "output_text"
      ? openContent(track, data, "text")
      : type === "refusal"
        ? openContent(track, data, "refusal")
        : [];
  };

  const readers: Readonly<Record<string, Read>> = {
    "response.output_item.added": itemAdded,
    "response.output_item.done": itemDone,
    "response.content_part.added": contentAdded,
    "response.reasoning_summary_part.added": (data) => think(data, "summary"),
    "response.reasoning_summary_text.delta": (data) => think(data, "summary"),
    "response.reasoning_text.delta": (data) => think(data, "full"),
    ...contentReaders(track),
  };

  return {
    read: (type: string, data: JsonObject): readonly ReplyEvent[] => readers[type]?.(data) ?? [],
    readItem,
    close: track.close,
    isEmpty: track.isEmpty,
    hasCalls: () => hasCalls,
  };
}

/** Reads what continues a part: its text, its arguments, its citations. */
const contentReaders = (track: PartTrack): Readonly<Record<string, Read>> => ({
  "response.output_text.delta": (data) => [
    ...openContent(track, data, "text"),
    ...track.delta(keyOfContent(data), textIn(data.delta) ?? ""),
    ...track.weigh(keyOfContent(data), readLogprobs(data.logprobs)),
  ],
  "response.output_text.done": (data) => [
    ...openContent(track, data, "text"),
    ...track.settle(keyOfContent(data), textIn(data.text) ?? ""),
    ...track.settleLogprobs(keyOfContent(data), readLogprobs(data.logprobs)),
  ],
  "response.output_text.annotation.added": (data) => [
    ...openContent(track, data, "text"),
    ...track.cite(keyOfContent(data), readCitation(objectIn(data.annotation) ?? {})),
  ],
  "response.content_part.done": (data) =>
    track.has(keyOfContent(data))
      ? track.settleCitations(keyOfContent(data), readCitations(objectIn(data.part)?.annotations))
      : [],
  "response.refusal.delta": (data) => [
    ...openContent(track, data, "refusal"),
    ...track.delta(keyOfContent(data), textIn(data.delta) ?? ""),
  ],
  "response.refusal.done": (data) => [
    ...openContent(track, data, "refusal"),
    ...track.settle(keyOfContent(data), textIn(data.refusal) ?? ""),
  ],
  "response.function_call_arguments.delta": (data) => track.delta(keyOfItem(data), textIn(data.delta) ?? ""),
  "response.function_call_arguments.done": (data) => track.settle(keyOfItem(data), textIn(data.arguments) ?? ""),
  "response.custom_tool_call_input.delta": (data) => track.delta(keyOfItem(data), textIn(data.delta) ?? ""),
  "response.custom_tool_call_input.done": (data) => track.settle(keyOfItem(data), textIn(data.input) ?? ""),
});

const openContent = (track: PartTrack, data: JsonObject, kind: "text" | "refusal") =>
  track.open(keyOfContent(data), { kind });

function settlePart(track: PartTrack, key: string, part: Part): readonly ReplyEvent[] {
  const opening = openingOf(part);
  if (opening === undefined) return [];
  return [
    ...(track.has(key) ? [] : track.open(key, opening)),
    ...track.settle(key, textOf(part)),
    ...(part.kind === "text" ? track.settleCitations(key, part.citations ?? []) : []),
    ...(part.kind === "reasoning" && part.signature && !part.isRedacted ? track.sign(key, part.signature) : []),
  ];
}

function openingOf(part: Part): PartOpening | undefined {
  switch (part.kind) {
    case "text":
    case "refusal":
      return { kind: part.kind };
    case "reasoning":
      // A withheld thought is its proof alone, so it is whole when it begins.
      return part.isRedacted
        ? { kind: "reasoning", form: part.form, isRedacted: true, signature: part.signature }
        : { kind: "reasoning", form: part.form };
    case "tool-call": {
      const { input: _input, ...call } = part;
      return call;
    }
    case "tool-result":
      return undefined;
    default:
      return part;
  }
}

function textOf(part: Part): string {
  if (part.kind === "tool-call") return part.input;
  return part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning" ? part.text : "";
}

const isCall = ({ type }: JsonObject) => type === "function_call" || type === "custom_tool_call";
const indexOf = (data: JsonObject) => countIn(data.output_index) ?? 0;
const keyOfItem = (data: JsonObject) => `${indexOf(data)}`;
const keyOfContent = (data: JsonObject) => `${indexOf(data)}:${countIn(data.content_index) ?? 0}`;

/** The same keys, for a part of a finished item. */
function keyOfPart(part: Part, index: number, at: number): string {
  if (part.kind === "reasoning") return `${index}:${part.form}`;
  return part.kind === "tool-call" ? `${index}` : `${index}:${at}`;
}
