import type { StreamDecoder, StreamEncoder, WireEvent } from "../dialects/codec.ts";
import { objectIn } from "../dialects/read.ts";
import { parseExact } from "../json-exact.ts";
import { textOf } from "../json-scan.ts";
import type { ReplyEvent } from "../reply.ts";
import { createSseSplitter, dataOf, nameIn } from "../sse.ts";
import { createStopper } from "./stop-sequences.ts";
import { NOTHING_READ, type StreamReader, type StreamState } from "./stream-state.ts";

type Translating = {
  readonly decoder: StreamDecoder;
  readonly encoder: StreamEncoder;
  readonly stops: readonly string[];
  readonly keepAlive: Uint8Array;
};

const MARK = "[DONE]";
const BLANK_LINE = Buffer.from("\n\n");
const NOTHING = new Uint8Array(0);

/** Reads an upstream's stream and writes it in the caller's dialect, event by event. */
export function createTranslatingReader({ decoder, encoder, stops, keepAlive }: Translating): StreamReader {
  const splitter = createSseSplitter();
  const stop = createStopper(stops);
  let state = NOTHING_READ;
  let out = "";
  const write = (events: readonly ReplyEvent[]) => {
    for (const event of events) {
      state = withEvent(state, event);
      if (event.kind !== "error") for (const passed of stop(event)) out += encoder.push(passed);
    }
  };
  const onEvent = (event: Uint8Array) => {
    if (state.isDone || state.error !== undefined) return;
    const read = wireEventOf(event);
    if (read === "malformed") state = { ...state, error: "malformed" };
    else if (read === "mark") write(decoder.end());
    else if (read !== undefined) write(decoder.push(read));
  };
  const drain = () => {
    const bytes = Buffer.from(out);
    out = "";
    return bytes;
  };
  return {
    push(chunk) {
      splitter.push(chunk, onEvent);
      return drain();
    },
    end() {
      if (splitter.isWaiting()) splitter.push(BLANK_LINE, onEvent);
      if (!state.isDone && state.error === undefined) write(decoder.end());
      return drain();
    },
    close: () => NOTHING,
    fail: (error) => Buffer.from(encoder.fail(error)),
    state: () => state,
    keepAlive,
  };
}

/** Gives an event as parsed; nothing for comments. */
function wireEventOf(event: Uint8Array): WireEvent | "mark" | "malformed" | undefined {
  const data = dataOf(event);
  if (data.kind === "nothing") return undefined;
  const text = data.kind === "line" ? textOf(event, data.start, data.end) : data.text;
  if (text === MARK) return "mark";
  try {
    const parsed = objectIn(parseExact(text));
    return parsed === undefined ? "malformed" : { name: nameIn(event), data: parsed };
  } catch {
    return "malformed";
  }
}

function withEvent(state: StreamState, event: ReplyEvent): StreamState {
  switch (event.kind) {
    case "start":
      return event.usage === undefined ? state : { ...state, usage: event.usage, isUsageOpen: true };
    case "part-start":
      return withOutput(state, openingBytes(event.of));
    case "delta":
      return withOutput(state, Buffer.byteLength(event.text));
    case "finish":
      return { ...state, hasContent: true, isFinished: true, isUsageOpen: !state.closesAtFinish };
    case "usage":
      return { ...state, usage: event.usage, isUsageOpen: !state.isFinished, closesAtFinish: true };
    case "end":
      return { ...state, isDone: true };
    case "error":
      return { ...state, error: event.body };
    default:
      return state;
  }
}

const withOutput = (state: StreamState, bytes: number): StreamState => ({
  ...state,
  hasContent: true,
  outputBytes: state.outputBytes + bytes,
  isUsageOpen: state.isUsageOpen || state.usage !== undefined,
  closesAtFinish: false,
});

const openingBytes = (of: Extract<ReplyEvent, { kind: "part-start" }>["of"]) =>
  of.kind === "tool-call" ? Buffer.byteLength(of.name) : 0;
