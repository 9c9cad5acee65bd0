import type { Dispatcher, Pool } from "undici";

export type Call = { readonly apiKey: string; readonly body: string; readonly events?: number | undefined };

/** One call as its caller saw it. `error` is null only for an answer that was right to its last byte. */
export type Answer = {
  readonly error: string | null;
  readonly pieces: number;
  readonly durationMs: number;
  readonly firstByteMs: number;
};

/** Sends one call and reads its answer to the end. Never rejects. */
export function exchange(pool: Pool, call: Call): Promise<Answer> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let status = 0;
    let firstByteMs = 0;
    const finish = (error: string | null) =>
      resolve({ error, pieces: chunks.length, durationMs: performance.now() - startedAt, firstByteMs });
    pool.dispatch(optionsOf(call), {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        if (chunks.push(chunk) === 1) firstByteMs = performance.now() - startedAt;
      },
      onResponseEnd: () => finish(faultOf(status, Buffer.concat(chunks).toString(), call.events)),
      onResponseError: (_controller, error) => finish(error.message),
    });
  });
}

/** Opens one stream and resolves at its first byte; `onLost` hears of a stream that ends by itself. Never rejects. */
export function openIdle(pool: Pool, call: Call, onLost: () => void): Promise<Answer> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const finish = (error: string | null) => {
      const durationMs = performance.now() - startedAt;
      resolve({ error, pieces: 1, durationMs, firstByteMs: durationMs });
    };
    let status = 0;
    pool.dispatch(
      { ...optionsOf(call), bodyTimeout: 0 },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: () => finish(status === 200 ? null : `status ${status}`),
        onResponseEnd: () => {
          onLost();
          finish("the stream ended");
        },
        onResponseError: (_controller, error) => {
          onLost();
          finish(error.message);
        },
      },
    );
  });
}

const optionsOf = (call: Call): Dispatcher.DispatchOptions => ({
  path: "/v1/chat/completions",
  method: "POST",
  headers: { "content-type": "application/json", authorization: `Bearer ${call.apiKey}` },
  body: call.body,
});

function faultOf(status: number, body: string, events: number | undefined): string | null {
  if (status !== 200) return `status ${status}: ${body.slice(0, 300)}`;
  if (events === undefined)
    return body.includes('"finish_reason":"stop"') ? null : `not the reply: ${body.slice(0, 300)}`;
  if (!body.endsWith("data: [DONE]\n\n")) return `a stream without its end: ...${body.slice(-100)}`;
  const seen = body.split("\n\n").length - 2;
  return seen === events ? null : `${seen} events instead of ${events}`;
}
