import { createServer, type ServerResponse } from "node:http";
import { z } from "zod";
import {
  CONTENT_EVENT,
  DONE_EVENT,
  FIRST_EVENT,
  isTranslated,
  LAST_EVENT,
  PLAIN_REPLY,
  USAGE_EVENT,
} from "./messages.ts";
import { MESSAGE, MESSAGE_BEGINS, MESSAGE_ENDS, MESSAGE_GROWS } from "./messages-anthropic.ts";
import { serve } from "./serve.ts";

const requestShape = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});
const STREAM_MODEL = /-stream-(\d+)x(\d+)$/;
const IDLE_MODEL = /-idle$/;

// A minimal upstream of OpenAI's shape, and of Anthropic's for models named so: its answers are made before anybody asks.
serve(
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => answer(requestShape.parse(JSON.parse(Buffer.concat(chunks).toString())), response));
  }),
);

function answer(request: z.infer<typeof requestShape>, response: ServerResponse): void {
  if (!request.stream) {
    const reply = isTranslated(request.model) ? MESSAGE : PLAIN_REPLY;
    response.writeHead(200, { "content-type": "application/json", "content-length": reply.length });
    response.end(reply);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const { first, content, tail } = isTranslated(request.model)
    ? { first: MESSAGE_BEGINS, content: MESSAGE_GROWS, tail: MESSAGE_ENDS }
    : { first: FIRST_EVENT, content: CONTENT_EVENT, tail: tailOf(request) };
  response.write(first);
  if (IDLE_MODEL.test(request.model)) {
    response.write(content);
    return;
  }
  const [, events = "100", intervalMs = "0"] = STREAM_MODEL.exec(request.model) ?? [];
  writePaced(response, { events: Number(events) - 2, intervalMs: Number(intervalMs), content, tail });
}

const tailOf = ({ stream_options: options }: z.infer<typeof requestShape>) =>
  Buffer.concat(options?.include_usage ? [LAST_EVENT, USAGE_EVENT, DONE_EVENT] : [LAST_EVENT, DONE_EVENT]);

type Pacing = {
  readonly events: number;
  readonly intervalMs: number;
  readonly content: Buffer;
  readonly tail: Buffer;
};

/** One event a beat, so that each reaches the target as a piece of its own. */
function writePaced(response: ServerResponse, { events, intervalMs, content, tail }: Pacing): void {
  let left = events;
  const beat = () => {
    if (response.destroyed) return;
    if (left-- === 0) {
      response.end(tail);
      return;
    }
    response.write(content);
    next();
  };
  const next = intervalMs === 0 ? () => setImmediate(beat) : () => setTimeout(beat, intervalMs);
  next();
}
