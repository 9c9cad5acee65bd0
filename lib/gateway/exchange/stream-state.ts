import type { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import type { ChunkView } from "../dialects/passage.ts";

/** What has been read of a stream so far. */
export type StreamState = {
  readonly hasContent: boolean;
  readonly isFinished: boolean;
  /** The stream is whole: nothing of meaning follows. */
  readonly isDone: boolean;
  readonly outputBytes: number;
  readonly usage: Usage | undefined;
  /** True while only the input's side of the usage is known, or more was said since. */
  readonly isUsageOpen: boolean;
  /** The error object an upstream sent inside its stream, or `malformed` for data that is no JSON. */
  readonly error: unknown;
};

export type StreamReader = {
  /** Takes upstream bytes; gives the bytes for the caller, empty when all of them are held back or taken out. */
  readonly push: (chunk: Uint8Array) => Uint8Array;
  /** Takes the end of the stream; gives the bytes that were still held back, and those that close a whole one. */
  readonly end: () => Uint8Array;
  /** Gives the bytes after the last event, for a form that has a closing of its own (a JSON array). */
  readonly close: () => Uint8Array;
  /** Gives the bytes that tell the caller of a failure after the stream has begun. */
  readonly fail: (error: AppError) => Uint8Array;
  readonly state: () => StreamState;
  /** What may be sent in a silence without meaning anything: an SSE comment. */
  readonly keepAlive: Uint8Array;
};

export const NOTHING_READ: StreamState = {
  hasContent: false,
  isFinished: false,
  isDone: false,
  outputBytes: 0,
  usage: undefined,
  isUsageOpen: false,
  error: undefined,
};

/** Gives what is known after one more chunk. */
export const withChunk = (state: StreamState, view: ChunkView): StreamState => ({
  hasContent: state.hasContent || view.hasContent,
  isFinished: state.isFinished || view.isFinish,
  isDone: state.isDone || view.isEnd,
  outputBytes: state.outputBytes + view.outputBytes,
  usage: usageAfter(state.usage, view),
  isUsageOpen: view.usage === undefined ? isOpenAfter(state, view.outputBytes) : view.usageKind === "start",
  error: undefined,
});

/** Gives what is known after so many bytes of text more. */
export const withText = (state: StreamState, textBytes: number): StreamState =>
  textBytes === 0
    ? state
    : {
        ...state,
        hasContent: true,
        outputBytes: state.outputBytes + textBytes,
        isUsageOpen: isOpenAfter(state, textBytes),
      };

const isOpenAfter = ({ isUsageOpen, usage }: StreamState, outputBytes: number) =>
  isUsageOpen || (usage !== undefined && outputBytes > 0);

/** The last usage counts; one that completes a start takes the input from it. */
function usageAfter(known: Usage | undefined, { usage, usageKind }: ChunkView): Usage | undefined {
  if (usage === undefined) return known;
  if (usageKind !== "rest" || known === undefined) return usage;
  return { ...known, outputTokens: usage.outputTokens };
}
