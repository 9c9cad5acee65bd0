import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Received = {
  readonly requestId: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** Set when the caller's side closed before the answer was out. */
  isAborted: boolean;
};

export type OpenAiUpstream = {
  readonly url: string;
  readonly received: Received[];
  readonly server: Server;
  readonly close: () => Promise<void>;
};

type Options = {
  /** Milliseconds before the answer and between chunks. */
  readonly pauseMs?: number;
  readonly words?: number;
  /** One JSON line per answered request: what this upstream would bill. */
  readonly invoiceFile?: string;
};

const USAGE = { prompt_tokens: 11, prompt_tokens_details: { cached_tokens: 3 } };

/** An OpenAI-shaped upstream over a real socket that remembers what it was sent and what it would bill. */
export async function startOpenAiUpstream(options: Options = {}): Promise<OpenAiUpstream> {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { received, options }).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { received, options }: { received: Received[]; options: Options },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const request: Received = {
    requestId: String(incoming.headers["x-client-request-id"] ?? ""),
    authorization: incoming.headers.authorization,
    body,
    isAborted: false,
  };
  received.push(request);
  outgoing.once("close", () => {
    request.isAborted = !outgoing.writableFinished;
  });
  const words = options.words ?? 8;
  await sleep(options.pauseMs ?? 0);
  if (body.stream === true) await stream(outgoing, body, { ...options, words });
  else outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(completion(body, words)));
  if (options.invoiceFile === undefined || outgoing.destroyed) return;
  const line = { id: request.requestId, inputTokens: USAGE.prompt_tokens, outputTokens: words };
  appendFileSync(options.invoiceFile, `${JSON.stringify(line)}\n`);
}

const completion = (body: Readonly<Record<string, unknown>>, words: number) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: body.model,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "word ".repeat(words), refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { ...USAGE, completion_tokens: words, total_tokens: 11 + words },
});

async function stream(
  outgoing: ServerResponse,
  body: Readonly<Record<string, unknown>>,
  options: Options & { words: number },
): Promise<void> {
  const asksUsage = (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
  const send = (choices: readonly unknown[], usage: unknown = null) => {
    const chunk = {
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1_760_000_000,
      model: body.model,
      choices,
    };
    outgoing.write(`data: ${JSON.stringify(asksUsage ? { ...chunk, usage } : chunk)}\n\n`);
  };
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  send([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
  for (let word = 0; word < options.words && !outgoing.destroyed; word++) {
    send([{ index: 0, delta: { content: "word " }, finish_reason: null }]);
    if (options.pauseMs) await sleep(options.pauseMs);
  }
  if (outgoing.destroyed) return;
  send([{ index: 0, delta: {}, finish_reason: "stop" }]);
  if (asksUsage) send([], { ...USAGE, completion_tokens: options.words, total_tokens: 11 + options.words });
  outgoing.end("data: [DONE]\n\n");
}
