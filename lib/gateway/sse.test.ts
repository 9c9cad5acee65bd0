import fc from "fast-check";
import { expect, it } from "vitest";
import { createSseSplitter } from "./sse.ts";

/** Gives the events of a text whose bytes are cut before one of them, and what is left. */
function eventsOf(text: string, cut: number) {
  const bytes = Buffer.from(text);
  const events: string[] = [];
  const splitter = createSseSplitter();
  for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
    splitter.push(chunk, (event) => events.push(Buffer.from(event).toString("utf8")));
  return { events, rest: Buffer.from(splitter.rest()).toString("utf8") };
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

/** The events of a text, line by line. */
function eventsIn(text: string): string[] {
  const events: string[] = [];
  let event = "";
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n)/g)) {
    event += line;
    if (!/^[\r\n]/.test(line)) continue;
    events.push(event);
    event = "";
  }
  return events;
}

it("gives the same events wherever the bytes are cut, whatever the lines end in", () => {
  const piece = fc.constantFrom("data: a", "event: b", "\n", "\r", "\r\n", ":", "é", "\n\n", "\r\r");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(40), { maxLength: 6 }), (pieces, places) => {
      const bytes = Buffer.from(pieces.join(""));
      const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((one, other) => one - other)];
      const events: string[] = [];
      const splitter = createSseSplitter();
      for (const [at, cut] of cuts.entries())
        splitter.push(bytes.subarray(cut, cuts[at + 1] ?? bytes.length), (event) =>
          events.push(Buffer.from(event).toString()),
        );
      // A blank line that ends in CR is known to be whole by what follows it.
      splitter.push(Buffer.from("x"), (event) => events.push(Buffer.from(event).toString()));
      const wanted = eventsIn(pieces.join(""));
      expect(events).toEqual(wanted);
    }),
    { numRuns: 3_000 },
  );
});
