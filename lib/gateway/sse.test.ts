import { expect, it } from "vitest";
import { createSseSplitter } from "./sse.ts";

/** Gives the events of a text whose bytes are cut before one of them, and what is left. */
function eventsOf(text: string, cut: number) {
  const bytes = Buffer.from(text);
  const events: string[] = [];
  const splitter = createSseSplitter();
  for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
    splitter.push(chunk, (event) => events.push(Buffer.from(event).toString("utf8")));
  return { events, rest: Buffer.from(splitter.rest() ?? []).toString("utf8") };
}

it.each([
  ["no byte order mark", "", "data: 1\n\n"],
  ["one", "\ufeff", "data: 1\n\n"],
  ["two, of which one belongs to the event", "\ufeff", "\ufeffdata: 1\n\n"],
])("before the first event may stand %s, wherever the bytes are cut", (_, mark, first) => {
  const text = `${mark}${first}\ufeffdata: 2\r\n\r\n: left`;
  for (let cut = 0; cut <= Buffer.byteLength(text); cut++)
    expect(eventsOf(text, cut)).toEqual({ events: [first, "\ufeffdata: 2\r\n\r\n"], rest: ": left" });
});
