import type { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import type { ChunkView } from "../dialects/passage.ts";

/** What has been read of a stream so far. */
export type StreamState = {
  readonly hasContent: boolean;
  /** Each answer that has begun has said why it ends. */
  readonly isFinished: boolean;
  readonly finishes: number;
  readonly choicesMin: number;
  /** The stream is whole: nothing of meaning follows. */
  readonly isDone: boolean;
  readonly outputBytes: number;
  readonly usage: Usage | undefined;
  /** True while only the input's side of the usage is known, or more was said since. */
  readonly isUsageOpen: boolean;
  /** True while the usage is a running count and nothing was said since: a finish makes it the whole. */
  readonly closesAtFinish: boolean;
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
  finishes: 0,
  choicesMin: 1,
  isDone: false,
  outputBytes: 0,
  usage: undefined,
  isUsageOpen: false,
  closesAtFinish: false,
  error: undefined,
};

/** Gives what is known after one more chunk. */
export function withChunk(state: StreamState, view: ChunkView): StreamState {
  const finishes = state.finishes + view.finishes;
  const choicesMin = Math.max(state.choicesMin, view.choicesMin ?? 1);
  const isFinished = finishes >= choicesMin;
  const closesAtFinish = view.usage ? view.usageKind === "running" : state.closesAtFinish && view.outputBytes === 0;
  const isUsageOpen = view.usage ? isOpenKind(view) : isOpenAfter(state, view.outputBytes);
  return {
    hasContent: state.hasContent || view.hasContent,
    isFinished,
    finishes,
    choicesMin,
    isDone: state.isDone || view.isEnd,
    outputBytes: Math.max(state.outputBytes + view.outputBytes, view.outputBytesMin ?? 0),
    usage: usageAfter(state.usage, view),
    isUsageOpen: isUsageOpen && !(closesAtFinish && isFinished),
    closesAtFinish,
    error: undefined,
  };
}

const isOpenKind = ({ usageKind }: ChunkView) => usageKind === "start" || usageKind === "running";

/** Gives what is known after so many bytes of text more. */
export const withText = (state: StreamState, textBytes: number): StreamState =>
  textBytes === 0
    ? state
    : {
        ...state,
        hasContent: true,
        outputBytes: state.outputBytes + textBytes,
        isUsageOpen: isOpenAfter(state, textBytes),
        closesAtFinish: false,
      };

const isOpenAfter = ({ isUsageOpen, usage }: StreamState, outputBytes: number) =>
  isUsageOpen || (usage !== undefined && outputBytes > 0);

/** The last usage counts; one that completes a start takes the input from it. */
function usageAfter(known: Usage | undefined, { usage, usageKind }: ChunkView): Usage | undefined {
  if (usage === undefined) return known;
  if (usageKind !== "rest" || known === undefined) return usage;
  const { outputTokens, reasoningTokens } = usage;
  return { ...known, inputTokens: Math.max(known.inputTokens, usage.inputTokens), outputTokens, reasoningTokens };
}
