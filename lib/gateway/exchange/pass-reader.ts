import type { JsonObject } from "../conversation.ts";
import type { ChunkPatcher, Passage, ReplyEdits, StreamedText } from "../dialects/passage.ts";
import { objectIn } from "../dialects/read.ts";
import { editJson } from "../json-edit.ts";
import { scanTrusted, textOf } from "../json-scan.ts";
import { createSseSplitter, dataOf, onOneLine } from "../sse.ts";
import { type Framing, frameEvents } from "./framing.ts";
import { NOTHING_READ, type StreamReader, type StreamState, withChunk, withText } from "./stream-state.ts";
import { createTextChunks } from "./text-chunks.ts";

export type Passing = {
  readonly passage: Passage;
  readonly edits: ReplyEdits;
  readonly wantsUsage: boolean;
  readonly framing: Framing;
  readonly requestId: string;
};

const EMPTY = new Uint8Array(0);
/** Parsers take a line that begins with a colon for a comment (WHATWG HTML, 9.2.6). */
export const COMMENT: Uint8Array = Buffer.from(": keep-alive\n\n");
const BLANK_LINE = Buffer.from("\n\n");

/**
 * Reads a stream of the caller's own dialect on its way through. Bytes pass as they are, whole events at a time; only usage
 * and finish are read out, and only what `edits` names is changed. What comes after an error or the end is dropped.
 */
export function createPassReader(passing: Passing): StreamReader {
  const { passage, edits } = passing;
  const splitter = createSseSplitter();
  const framing = frameEvents(passing.framing);
  const reading = { ...passing, patch: passage.createPatcher(edits), usageChunk: createUsageChunk(passing) };
  let state = NOTHING_READ;
  let last: JsonObject = {};
  let out: Uint8Array[] = [];
  const textChunks = createTextChunks();
  const isOver = () => state.isDone || state.error !== undefined;
  /** Gives what goes on of a chunk like the one before it, without a look into it. */
  const passText = (event: Uint8Array): Uint8Array | undefined => {
    const known = textChunks.read(event);
    if (known === undefined) return undefined;
    state = withText(state, known.textBytes);
    return framing.event(known.forward);
  };
  const onEvent = (event: Uint8Array) => {
    if (isOver()) return;
    const passed = passText(event);
    if (passed) return void out.push(passed);
    const read = readEvent(state, event, reading);
    state = read.state;
    last = read.chunk ?? last;
    for (const forward of read.forward) out.push(framing.event(forward));
    if (read.text && read.forward[0]) textChunks.learn(event, read.forward[0], read.text);
  };
  const drain = () => {
    const joined = joinAdjacent(out);
    out = [];
    return joined;
  };
  return {
    push(chunk) {
      const passed = !splitter.isWaiting() && !isOver() ? passText(chunk) : undefined;
      if (passed) return passed;
      splitter.push(chunk, onEvent);
      return drain();
    },
    end() {
      if (splitter.isWaiting()) splitter.push(BLANK_LINE, onEvent);
      if (!state.isFinished || state.error !== undefined) return drain();
      if (!state.isDone && passage.mark !== undefined)
        out.push(...reading.usageChunk.missing(), markFrame(passage.mark));
      state = { ...state, isDone: true };
      return drain();
    },
    close: framing.close,
    fail(error) {
      const told = framing.event(Buffer.from(passage.encodeErrorFrame(error, passing.requestId, last)));
      return Buffer.concat([told, framing.close()]);
    },
    state: () => state,
    keepAlive: passing.framing === "events" ? COMMENT : EMPTY,
  };
}

const markFrame = (mark: string): Uint8Array => Buffer.from(`data: ${mark}\n\n`);

type Reading = Passing & { readonly patch: ChunkPatcher; readonly usageChunk: UsageChunk };
type EventRead = {
  readonly state: StreamState;
  readonly forward: readonly Uint8Array[];
  readonly chunk?: JsonObject;
  readonly text?: StreamedText | undefined;
};

/** Reads one event: what is known after it, and the bytes of it that go to the caller. */
function readEvent(state: StreamState, event: Uint8Array, reading: Reading): EventRead {
  const data = dataOf(event);
  if (data.kind === "nothing") return { state, forward: [event] };
  if (data.kind === "text") return readEvent(state, onOneLine(event, data.text), reading);
  const text = textOf(event, data.start, data.end);
  const { passage, edits, patch, usageChunk } = reading;
  if (text === passage.mark) return { state: { ...state, isDone: true }, forward: [...usageChunk.missing(), event] };
  const chunk = parsedOf(text);
  if (chunk === undefined) return { state: { ...state, error: "malformed" }, forward: [] };
  const view = passage.readChunk(chunk);
  if (view.error !== undefined && view.error !== null) return { state: { ...state, error: view.error }, forward: [] };
  const isAside = usageChunk.note(chunk, view.isUsageOnly);
  const isHidden = view.isUsageOnly && edits.withoutUsage;
  const edit = (bytes: Uint8Array) => (isAside ? withoutUsage(patch(bytes, chunk)) : patch(bytes, chunk));
  const forward = patchLine(event, data, edit);
  return { state: withChunk(state, view), forward: isHidden ? [] : [forward], chunk, text: view.text };
}

const NO_USAGE = new Map([["usage", null]]);

/** Usage that is told in a chunk of its own does not stand in another as well. */
const withoutUsage = (data: Uint8Array): Uint8Array => editJson(data, scanTrusted(data) ?? [], { set: NO_USAGE });

type UsageChunk = {
  /** Says whether the chunk tells usage beside a choice, so that it has to be told apart. */
  readonly note: (chunk: JsonObject, isUsageOnly: boolean) => boolean;
  /** The chunk that tells the usage, for a caller who asked and an upstream that said it only along the way. */
  readonly missing: () => readonly Uint8Array[];
};

function createUsageChunk({ wantsUsage, passage, edits }: Passing): UsageChunk {
  if (!wantsUsage || passage.mark === undefined) return { note: () => false, missing: () => [] };
  let said: JsonObject | undefined;
  let isSent = false;
  return {
    note(chunk, isUsageOnly) {
      isSent ||= isUsageOnly;
      const isAside = !isSent && Boolean(chunk.usage);
      if (isAside) said = chunk;
      return isAside;
    },
    missing() {
      if (isSent || said === undefined) return [];
      isSent = true;
      const { id, object, created, model, usage } = said;
      const chunk = { id, object, created, model: edits.model ?? model, choices: [], usage };
      return [Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)];
    },
  };
}

function patchLine(event: Uint8Array, line: { start: number; end: number }, patch: (data: Uint8Array) => Uint8Array) {
  const data = event.subarray(line.start, line.end);
  const patched = patch(data);
  return patched === data ? event : Buffer.concat([event.subarray(0, line.start), patched, event.subarray(line.end)]);
}

function parsedOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return objectIn(value) ?? {};
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
