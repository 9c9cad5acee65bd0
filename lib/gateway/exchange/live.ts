import { type ByteCollector, createByteCollector } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import { objectIn } from "../dialects/read.ts";
import type { SilencePort, UpstreamListener } from "../ports.ts";
import type { Provider, UpstreamHead } from "../providers/provider.ts";
import type { Leaving } from "../request.ts";
import type { LiveStream, TryResult } from "./answer.ts";
import { badReply, concealed, errorOf, failed, failureOf, faultReport, type TryFailure } from "./failure.ts";
import { createOutlet } from "./outlet.ts";
import { NOTHING_READ, type StreamReader, type StreamState } from "./stream-state.ts";
import type { Send } from "./whole.ts";

type Opening = {
  readonly send: Send;
  readonly provider: Provider;
  /** The credential it is asked with, which nothing that it says may give away. */
  readonly secret: string;
  readonly reader: StreamReader;
  readonly silence: SilencePort;
  readonly leaving: Leaving;
  /** Told after every piece of upstream data, for checkpoints. */
  readonly onProgress: (state: StreamState) => void;
};

/** Sends one attempt and waits for its first content event; until then it may fail without the caller having seen anything. */
export function openStream({ reader, ...opening }: Opening): Promise<TryResult> {
  const { promise, resolve } = Promise.withResolvers<TryResult>();
  // An upstream that has begun and thinks for long: the caller is told that it goes on, and failover ends here.
  const onSilent = () => hasBegun && (isOpen || open());
  const outlet = createOutlet({ upstream: () => call, ...opening, keepAlive: reader.keepAlive, onSilent });
  let hasBegun = false;
  let isOpen = false;
  let isOver = false;
  let fault: AppError | undefined;

  const settle = (result: TryResult) => {
    opening.leaving.listen(null);
    resolve(result);
  };
  const end = (last: Uint8Array) => {
    isOver = true;
    outlet.write(last);
    outlet.end();
  };
  const cut = (error: AppError) => {
    if (isOver) return;
    call.abort();
    fault = error;
    end(reader.fail(error));
  };
  const stop = () => {
    call.abort();
    isOver = true;
    outlet.drop();
  };
  const fail = (raw: TryFailure) => {
    const report = concealed(raw, opening.secret);
    if (isOpen) return cut(errorOf(report));
    stop();
    settle(failed(report));
  };
  const open = () => {
    isOpen = true;
    settle(opened({ pump: outlet.pump, cut, abort: stop, state: reader.state, fault: () => fault }));
    return true;
  };
  const take = (bytes: Uint8Array) => {
    outlet.write(bytes);
    const state = reader.state();
    const report = streamErrorOf(state, opening.provider) ?? emptyOf(state, outlet.heldBytes());
    if (report) return fail(report);
    if (isOpen) opening.onProgress(state);
    else if (state.hasContent || outlet.heldBytes() > BOUNDS.pendingBytesMax) open();
    // What the upstream does after its `[DONE]` is nobody's business.
    if (state.isDone && isOpen) end(reader.close());
  };
  const finish = () => {
    take(reader.end());
    if (isOver) return;
    if (!reader.state().isDone || !isOpen) return fail(badReply(200, "the stream ended before it was finished"));
    end(reader.close());
  };
  const steps: Steps = {
    isOver: () => isOver,
    onBegin: () => {
      hasBegun = true;
    },
    onData: (chunk) => take(reader.push(chunk)),
    onEnd: finish,
    onFailure: fail,
  };
  const call = opening.send(listenerOf(opening.provider, steps));
  opening.leaving.listen(() => {
    stop();
    settle("left");
  });
  return promise;
}

const opened = (live: LiveStream): TryResult => ({ ok: true, value: { kind: "stream", live } });

type Steps = {
  readonly isOver: () => boolean;
  readonly onBegin: () => void;
  readonly onData: (chunk: Uint8Array) => void;
  readonly onEnd: () => void;
  readonly onFailure: (report: TryFailure) => void;
};

/** Tells a stream from an answer that is none; the body of the latter is kept, so that its error can be read. */
function listenerOf(provider: Provider, steps: Steps): UpstreamListener {
  let head: UpstreamHead = { status: 0, header: () => undefined };
  const body = createByteCollector();
  return {
    onHead: (status, header) => {
      head = { status, header };
      if (!isEventStream(head)) return;
      if (isEncoded(head)) steps.onFailure(badReply(status, "the upstream compressed what it was asked not to"));
      else steps.onBegin();
    },
    onData: (chunk) => {
      if (steps.isOver()) return;
      if (!isEventStream(head)) return keepErrorBody(body, chunk);
      try {
        steps.onData(chunk);
      } catch (thrown) {
        steps.onFailure(unreadable(thrown));
      }
    },
    onEnd: () => {
      if (steps.isOver()) return;
      try {
        if (isEventStream(head)) steps.onEnd();
        else steps.onFailure(notAStream(head, body.take(), provider));
      } catch (thrown) {
        steps.onFailure(unreadable(thrown));
      }
    },
    onFault: (fault) => {
      if (!steps.isOver()) steps.onFailure(faultReport(fault));
    },
  };
}

const isEventStream = (head: UpstreamHead) =>
  head.status >= 200 && head.status < 300 && (head.header("content-type") ?? "").includes("text/event-stream");

function isEncoded(head: UpstreamHead): boolean {
  const encoding = head.header("content-encoding")?.trim().toLowerCase();
  return encoding !== undefined && encoding !== "" && encoding !== "identity";
}

function keepErrorBody(body: ByteCollector, chunk: Uint8Array): void {
  if (body.length() + chunk.length <= BOUNDS.errorBodyBytesMax) body.push(chunk);
}

function notAStream(head: UpstreamHead, body: Uint8Array, provider: Provider): TryFailure {
  if (head.status < 200 || head.status >= 300) return failureOf(head, body, provider);
  const report = failureOf({ ...head, status: 502 }, body, provider);
  return { ...report, status: head.status, detail: "the upstream answered a stream request without a stream" };
}

function streamErrorOf(state: StreamState, provider: Provider): TryFailure | undefined {
  if (state.error === undefined) return undefined;
  if (state.error === "malformed") return badReply(200, "the stream holds data that is not JSON");
  const body = Buffer.from(JSON.stringify(asErrorBody(state.error)));
  const report = failureOf({ status: 502, header: () => undefined }, body, provider);
  return { ...report, status: 200, detail: "the upstream reported an error inside its stream" };
}

/** What comes in masses without one event is no stream. */
const emptyOf = (state: StreamState, heldBytes: number) =>
  state === NOTHING_READ && heldBytes > BOUNDS.pendingBytesMax
    ? badReply(200, "the stream began with something else than events")
    : undefined;

/** Wraps a bare error object the way a whole reply has it; one that is wrapped already stays. */
const asErrorBody = (error: unknown): unknown => (objectIn(error)?.error === undefined ? { error } : error);

const unreadable = (thrown: unknown) => badReply(200, thrown instanceof AppError ? thrown.message : String(thrown));
