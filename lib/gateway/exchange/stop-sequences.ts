import type { Part } from "../conversation.ts";
import type { Choice, Finish, Reply, ReplyEvent } from "../reply.ts";

/**
 * Stops an answer where its caller wanted it stopped, for upstreams that do not take stop sequences (or not so many). The
 * upstream is read to its end, so that its usage is known; what it says after the stop is not passed on.
 */
export type Stopper = (event: ReplyEvent) => readonly ReplyEvent[];

type Text = { readonly part: number; held: string };
type Watched = { text: Text | undefined; isStopped: boolean };

/** Makes the stopper of one stream. Only what may be the beginning of a stop sequence is held back. */
export function createStopper(stops: readonly string[]): Stopper {
  if (stops.length === 0) return (event) => [event];
  const choices = new Map<number, Watched>();
  return (event) => {
    if (!("choice" in event)) return [event];
    const watched = choices.get(event.choice) ?? { text: undefined, isStopped: false };
    choices.set(event.choice, watched);
    return watched.isStopped ? [] : watch(event, watched, stops);
  };
}

type ChoiceEvent = Extract<ReplyEvent, { choice: number }>;

function watch(event: ChoiceEvent, watched: Watched, stops: readonly string[]): readonly ReplyEvent[] {
  const { text } = watched;
  if (event.kind === "part-start" && event.of.kind === "text") {
    watched.text = { part: event.part, held: "" };
    return [event];
  }
  if (text === undefined || !("part" in event) || event.part !== text.part) return [event];
  if (event.kind === "part-end") {
    watched.text = undefined;
    return [...deltas(event, text.held), event];
  }
  return event.kind === "delta" ? take(event, { watched, text, stops }) : [event];
}

type Taking = { readonly watched: Watched; readonly text: Text; readonly stops: readonly string[] };

function take(event: Extract<ReplyEvent, { kind: "delta" }>, { watched, text, stops }: Taking): readonly ReplyEvent[] {
  const said = text.held + event.text;
  const found = earliestIn(said, stops);
  if (found === undefined) {
    const from = said.length - beginningAtEndOf(said, stops);
    text.held = said.slice(from);
    return deltas(event, said.slice(0, from));
  }
  watched.isStopped = true;
  const { choice, part } = event;
  return [
    ...deltas(event, said.slice(0, found.at)),
    { kind: "part-end", choice, part },
    { kind: "finish", choice, finish: stoppedBy(found.stop) },
  ];
}

const deltas = (
  { choice, part }: { readonly choice: number; readonly part: number },
  text: string,
): readonly ReplyEvent[] => (text === "" ? [] : [{ kind: "delta", choice, part, text }]);

const stoppedBy = (stop: string): Finish => ({ kind: "stop-sequence", stopSequence: stop });

function earliestIn(
  text: string,
  stops: readonly string[],
): { readonly at: number; readonly stop: string } | undefined {
  let earliest: { at: number; stop: string } | undefined;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at >= 0 && (earliest === undefined || at < earliest.at)) earliest = { at, stop };
  }
  return earliest;
}

/** Gives how many characters at the end may begin a stop sequence. */
function beginningAtEndOf(text: string, stops: readonly string[]): number {
  return stops.reduce((most, stop) => Math.max(most, beginningOf(stop, text)), 0);
}

function beginningOf(stop: string, text: string): number {
  const last = text.charCodeAt(text.length - 1);
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    // Most lengths are refused by one character.
    if (stop.charCodeAt(length - 1) === last && text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}

/** Does the same to a whole answer. */
export const stopReply = (reply: Reply, stops: readonly string[]): Reply =>
  stops.length === 0 ? reply : { ...reply, choices: reply.choices.map((choice) => stopChoice(choice, stops)) };

function stopChoice(choice: Choice, stops: readonly string[]): Choice {
  const parts: Part[] = [];
  for (const part of choice.parts) {
    const found = part.kind === "text" ? earliestIn(part.text, stops) : undefined;
    if (found === undefined || part.kind !== "text") {
      parts.push(part);
      continue;
    }
    if (found.at > 0) parts.push({ ...part, text: part.text.slice(0, found.at) });
    return { ...choice, parts, finish: stoppedBy(found.stop) };
  }
  return choice;
}
