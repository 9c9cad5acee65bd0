import { createServer, type ServerResponse } from "node:http";
import { z } from "zod";
import { CONTENT_EVENT, DONE_EVENT, FIRST_EVENT, LAST_EVENT, PLAIN_REPLY, USAGE_EVENT } from "./messages.ts";
import { serve } from "./serve.ts";

const requestShape = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});
const STREAM_MODEL = /-stream-(\d+)x(\d+)$/;
const IDLE_MODEL = /-idle$/;

// A minimal upstream of OpenAI's shape: its answers are made before anybody asks.
serve(
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => answer(requestShape.parse(JSON.parse(Buffer.concat(chunks).toString())), response));
  }),
);

function answer(request: z.infer<typeof requestShape>, response: ServerResponse): void {
  if (!request.stream) {
    response.writeHead(200, { "content-type": "application/json", "content-length": PLAIN_REPLY.length });
    response.end(PLAIN_REPLY);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(FIRST_EVENT);
  if (IDLE_MODEL.test(request.model)) {
    response.write(CONTENT_EVENT);
    return;
  }
  const [, events = "100", intervalMs = "0"] = STREAM_MODEL.exec(request.model) ?? [];
  const tail = request.stream_options?.include_usage ? [LAST_EVENT, USAGE_EVENT, DONE_EVENT] : [LAST_EVENT, DONE_EVENT];
  writePaced(response, { events: Number(events) - 2, intervalMs: Number(intervalMs), tail: Buffer.concat(tail) });
}

type Pacing = { readonly events: number; readonly intervalMs: number; readonly tail: Buffer };

/** One event a beat, so that each reaches the target as a piece of its own. */
function writePaced(response: ServerResponse, { events, intervalMs, tail }: Pacing): void {
  let left = events;
  const beat = () => {
    if (response.destroyed) return;
    if (left-- === 0) {
      response.end(tail);
      return;
    }
    response.write(CONTENT_EVENT);
    next();
  };
  const next = intervalMs === 0 ? () => setImmediate(beat) : () => setTimeout(beat, intervalMs);
  next();
}
