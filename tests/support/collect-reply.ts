import type { Part } from "#lib/gateway/conversation";
import type { Choice, Finish, PartOpening, Reply, ReplyEvent } from "#lib/gateway/reply";

type Open = { parts: Part[]; finish: Finish };

/** Joins streamed events into the whole reply they tell, so that a stream can be compared with a plain answer. */
export function collectReply(events: Iterable<ReplyEvent>): Reply & { readonly isWhole: boolean } {
  const choices = new Map<number, Open>();
  const openOf = (index: number) => {
    const known = choices.get(index) ?? { parts: [], finish: { kind: "other" } };
    choices.set(index, known);
    return known;
  };
  let head: Pick<Reply, "id" | "model" | "createdAtS" | "usage" | "serviceTier"> = { id: "", model: "" };
  let isWhole = false;
  for (const event of events) {
    if (event.kind === "start") {
      const { kind: _kind, ...said } = event;
      head = { ...head, ...said };
    } else if (event.kind === "usage") head = { ...head, usage: event.usage };
    else if (event.kind === "end") isWhole = true;
    else if (event.kind === "finish") openOf(event.choice).finish = event.finish;
    else if (event.kind !== "error" && event.kind !== "logprobs" && event.kind !== "part-end")
      take(openOf(event.choice), event);
  }
  const joined = [...choices.entries()]
    .sort(([left], [right]) => left - right)
    .map(([index, { parts, finish }]): Choice => ({ index, parts, finish }));
  return { ...head, choices: joined, isWhole };
}

type PartEvent = Extract<ReplyEvent, { kind: "part-start" | "delta" | "signature" | "citation" }>;

function take({ parts }: Open, event: PartEvent): void {
  if (event.kind === "part-start") {
    if (event.part !== parts.length) throw new Error(`part ${event.part} follows ${parts.length - 1}`);
    parts.push(started(event.of));
    return;
  }
  const part = parts[event.part];
  if (part === undefined) throw new Error(`part ${event.part} was never started`);
  parts[event.part] = grown(part, event);
}

function started(of: PartOpening): Part {
  switch (of.kind) {
    case "tool-call":
      return { ...of, input: "" };
    case "text":
    case "refusal":
      return { kind: of.kind, text: "" };
    case "reasoning":
      return { ...of, text: "" };
    default:
      return of;
  }
}

function grown(part: Part, event: Exclude<PartEvent, { kind: "part-start" }>): Part {
  if (event.kind === "delta") return withText(part, event.text);
  if (event.kind === "citation")
    return part.kind === "text" ? { ...part, citations: [...(part.citations ?? []), event.citation] } : part;
  return part.kind === "text" || part.kind === "reasoning" || part.kind === "tool-call"
    ? { ...part, signature: event.signature }
    : part;
}

function withText(part: Part, text: string): Part {
  if (part.kind === "tool-call") return { ...part, input: part.input + text };
  if (part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning")
    return { ...part, text: part.text + text };
  return part;
}
