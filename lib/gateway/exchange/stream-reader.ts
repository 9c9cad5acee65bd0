import type { Usage } from "#lib/base/request-record";
import { type ChunkPatcher, createChunkPatcher } from "../dialects/openai-chat/patch-chunk.ts";
import type { ReplyEdits } from "../dialects/openai-chat/patch-reply.ts";
import { type ChunkView, readChunk } from "../dialects/openai-chat/read-chunk.ts";
import { objectOf } from "../dialects/openai-chat/read-usage.ts";
import { textOf } from "../json-scan.ts";
import { createSseSplitter, dataOf } from "../sse.ts";

/** What has been read of a stream so far. */
export type StreamState = {
  readonly hasContent: boolean;
  readonly isFinished: boolean;
  readonly isDone: boolean;
  readonly outputBytes: number;
  readonly usage: Usage | undefined;
  /** The error object an upstream sent inside its stream, or `malformed` for data that is no JSON. */
  readonly error: unknown;
};

export type StreamReader = {
  /** Takes upstream bytes; gives the bytes for the caller, empty when all of them are held back or taken out. */
  readonly push: (chunk: Uint8Array) => Uint8Array;
  /** Takes the end of the stream; gives the bytes that were still held back. */
  readonly end: () => Uint8Array;
  readonly state: () => StreamState;
};

const DONE = "[DONE]";
export const DONE_FRAME: Uint8Array = Buffer.from("data: [DONE]\n\n");
const EMPTY = new Uint8Array(0);
const BLANK_LINE = Buffer.from("\n\n");

/**
 * Reads an OpenAI chat stream on its way through. Bytes pass as they are, whole events at a time; only usage and finish
 * are read out, and only what `edits` names is changed. What comes after an error or `[DONE]` is dropped.
 */
export function createStreamReader(edits: ReplyEdits): StreamReader {
  const splitter = createSseSplitter();
  const editing = { edits, patch: createChunkPatcher(edits) };
  let state = NOTHING_READ;
  let out: Uint8Array[] = [];
  const onEvent = (event: Uint8Array) => {
    if (state.isDone || state.error !== undefined) return;
    const read = readEvent(state, event, editing);
    state = read.state;
    if (read.forward) out.push(read.forward);
  };
  const drain = () => {
    const joined = joinAdjacent(out);
    out = [];
    return joined;
  };
  return {
    push(chunk) {
      splitter.push(chunk, onEvent);
      return drain();
    },
    end() {
      const rest = splitter.rest();
      if (rest !== undefined) splitter.push(BLANK_LINE, onEvent);
      return drain();
    },
    state: () => state,
  };
}

const NOTHING_READ: StreamState = {
  hasContent: false,
  isFinished: false,
  isDone: false,
  outputBytes: 0,
  usage: undefined,
  error: undefined,
};

type Editing = { readonly edits: ReplyEdits; readonly patch: ChunkPatcher };

type EventRead = { readonly state: StreamState; readonly forward: Uint8Array | undefined };

/** Reads one event: what is known after it, and the bytes of it that go to the caller. */
function readEvent(state: StreamState, event: Uint8Array, { edits, patch }: Editing): EventRead {
  const data = dataOf(event);
  if (data.kind === "nothing") return { state, forward: event };
  const text = data.kind === "line" ? textOf(event, data.start, data.end) : data.text;
  if (text === DONE) return { state: { ...state, isDone: true }, forward: event };
  const parsed = parsedOf(text);
  if (parsed === undefined) return { state: { ...state, error: "malformed" }, forward: undefined };
  const view = readChunk(parsed);
  if (view.error !== undefined && view.error !== null)
    return { state: { ...state, error: view.error }, forward: undefined };
  const isHidden = view.isUsageOnly && edits.withoutUsage;
  const chunk = objectOf(parsed) ?? {};
  const forward = data.kind === "line" ? patchLine(event, data, (bytes) => patch(bytes, chunk)) : event;
  return { state: withChunk(state, view), forward: isHidden ? undefined : forward };
}

const withChunk = (state: StreamState, view: ChunkView): StreamState => ({
  hasContent: state.hasContent || view.hasContent,
  isFinished: state.isFinished || view.isFinish,
  isDone: false,
  outputBytes: state.outputBytes + view.outputBytes,
  usage: view.usage ?? state.usage,
  error: undefined,
});

function patchLine(event: Uint8Array, line: { start: number; end: number }, patch: (data: Uint8Array) => Uint8Array) {
  const data = event.subarray(line.start, line.end);
  const patched = patch(data);
  return patched === data ? event : Buffer.concat([event.subarray(0, line.start), patched, event.subarray(line.end)]);
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Joins pieces into one; neighbours in the same memory are joined without copying. */
function joinAdjacent(pieces: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = pieces;
  if (first === undefined) return EMPTY;
  if (others.length === 0) return first;
  let end = first.byteOffset + first.length;
  for (const piece of others) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
