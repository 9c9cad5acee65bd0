import { dataOf } from "../sse.ts";

/** How events stand in the body: as server-sent events, or as the elements of one JSON array (Gemini without `alt=sse`). */
export type Framing = "events" | "array";

type Framer = {
  readonly event: (event: Uint8Array) => Uint8Array;
  readonly close: () => Uint8Array;
};

const NOTHING = new Uint8Array(0);
const OPEN = Buffer.from("[");
const NEXT = Buffer.from(",\r\n");
const CLOSE = Buffer.from("]");
const EMPTY_ARRAY = Buffer.from("[]");

/** Gives events the form the caller reads. */
export function frameEvents(framing: Framing): Framer {
  if (framing === "events") return { event: (event) => event, close: () => NOTHING };
  let isOpen = false;
  return {
    event(event) {
      const data = dataOf(event);
      if (data.kind === "nothing") return NOTHING;
      const bytes = data.kind === "line" ? event.subarray(data.start, data.end) : Buffer.from(data.text);
      const joined = Buffer.concat([isOpen ? NEXT : OPEN, bytes]);
      isOpen = true;
      return joined;
    },
    close: () => (isOpen ? CLOSE : EMPTY_ARRAY),
  };
}
