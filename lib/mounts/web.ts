import { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import { handle } from "#lib/gateway/handle";
import type { GatewayDeps } from "#lib/gateway/ports";
import {
  type CloseReason,
  type GatewayReply,
  type GatewayRequest,
  isStream,
  type Leaving,
  type ReplyStream,
} from "#lib/gateway/request";

/** Serves one gateway call from a web-standard Request, for hosts that have no node:http. */
export async function serveWeb(request: Request, deps: GatewayDeps): Promise<Response> {
  const left = watchLeaving(request.signal);
  const reply = await handle(describe(request, deps, left.leaving), deps);
  return toResponse(reply, request, left.leave);
}

function describe(request: Request, deps: GatewayDeps, leaving: Leaving): GatewayRequest {
  const url = new URL(request.url);
  const admittedAtMs = deps.clock.now();
  return {
    id: newRequestId(admittedAtMs),
    admittedAtMs,
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    header: (name) => request.headers.get(name) ?? undefined,
    remoteAddress: request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "",
    read: (limitBytes) => readBody(request, limitBytes),
    leaving,
  };
}

function watchLeaving(signal: AbortSignal): { leaving: Leaving; leave: () => void } {
  let listener: (() => void) | null = null;
  let isGone = signal.aborted;
  const leave = () => {
    if (isGone) return;
    isGone = true;
    listener?.();
  };
  signal.addEventListener("abort", leave, { once: true });
  const listen = (onLeft: (() => void) | null) => {
    listener = onLeft;
    if (isGone) onLeft?.();
  };
  return { leaving: { hasLeft: () => isGone, listen }, leave };
}

async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new AppError("body_too_large", `The body may have at most ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse(reply: GatewayReply, request: Request, leave: () => void): Response {
  const { status, headers, body } = reply;
  let isClosed = false;
  const close = (reason: CloseReason) => {
    if (isClosed) return;
    isClosed = true;
    reply.onClose(reason);
  };
  if (!isStream(body)) {
    close(request.signal.aborted ? "caller-left" : "sent");
    return new Response(request.method === "HEAD" ? null : Buffer.from(body), { status, headers: { ...headers } });
  }
  request.signal.addEventListener("abort", () => close("caller-left"), { once: true });
  const onCancel = () => {
    leave();
    close("caller-left");
  };
  return new Response(
    readableOf(body, () => close("sent"), onCancel),
    { status, headers: { ...headers } },
  );
}

/** Turns a pushed body into a readable stream: a full queue says "wait", the next pull says "go on". */
function readableOf(body: ReplyStream, onEnd: () => void, onCancel: () => void): ReadableStream<Uint8Array> {
  let resume: (() => void) | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      body.pump({
        write(bytes) {
          controller.enqueue(bytes);
          return (controller.desiredSize ?? 0) > 0;
        },
        end() {
          controller.close();
          onEnd();
        },
        onDrain: (onward) => {
          resume = onward;
        },
      });
    },
    pull() {
      const onward = resume;
      resume = undefined;
      onward?.();
    },
    cancel: onCancel,
  });
}
