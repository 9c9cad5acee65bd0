import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { messagesSpeaker } from "./dialect-upstream-messages.ts";
import type { Script } from "./dialect-upstream-script.ts";

/** What a request of the edge tests asks of the upstream, in its field `edge`. */
export type EdgeWish = {
  /** Milliseconds before the head, between chunks, and before the usage. */
  readonly firstMs?: number;
  readonly pauseMs?: number;
  readonly lastMs?: number;
  readonly words?: number;
  readonly wordBytes?: number;
};

export type EdgeUpstream = { readonly url: string; readonly close: () => Promise<void> };

type Body = {
  readonly stream?: boolean;
  readonly edge?: EdgeWish;
  readonly model?: string;
  readonly messages?: readonly { readonly content?: unknown }[];
};

const ECHO_CHARS_MAX = 200;

/** An OpenAI-shaped upstream that says again what it was told last, at the pace that is asked for. `GET /active` counts what runs. */
export async function startEdgeUpstream(): Promise<EdgeUpstream> {
  const counts = { active: 0, total: 0 };
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === "/active") return outgoing.end(JSON.stringify(counts));
    counts.active++;
    counts.total++;
    outgoing.once("close", () => counts.active--);
    return answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body: Body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const wish = body.edge ?? {};
  if (wish.firstMs) await sleep(wish.firstMs);
  if (body.stream === true) return stream(outgoing, body, wish);
  const isMessages = incoming.url?.endsWith("/messages") === true;
  const whole = isMessages ? messagesSpeaker.whole(SCRIPT, "claude") : completion(body, wish);
  outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole));
}

const wordOf = ({ messages }: Body, { wordBytes = 0 }: EdgeWish): string =>
  String(messages?.at(-1)?.content ?? "")
    .slice(0, ECHO_CHARS_MAX)
    .padEnd(wordBytes, "x");

/** Resolves when there is room again, or nobody to write to. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.on("drain", go).on("close", go);
  });
}

/** What is said in Anthropic's dialect. */
const SCRIPT: Script = {
  said: [{ kind: "text", text: "hi" }],
  finish: "stop",
  usage: { input: 3, cached: 0, output: 5, reasoning: 0 },
};

const USAGE = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };

const completion = (body: Body, wish: EdgeWish) => ({
  id: "chatcmpl-edge",
  object: "chat.completion",
  created: 1_760_000_000,
  model: body.model,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: `${wordOf(body, wish)} `.repeat(wish.words ?? 1) },
      finish_reason: "stop",
    },
  ],
  usage: USAGE,
});

async function stream(outgoing: ServerResponse, body: Body, wish: EdgeWish): Promise<void> {
  const head = { id: "chatcmpl-edge", object: "chat.completion.chunk", created: 1_760_000_000, model: body.model };
  const send = async (choices: readonly unknown[], usage: unknown = null) => {
    if (outgoing.destroyed) throw new Error("hung up");
    if (outgoing.write(`data: ${JSON.stringify({ ...head, choices, usage })}\n\n`)) return;
    await drained(outgoing);
  };
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  const content = wordOf(body, wish);
  for (let word = 0; word < (wish.words ?? 1); word++) {
    await send([{ index: 0, delta: { content }, finish_reason: null }]);
    if (wish.pauseMs) await sleep(wish.pauseMs);
  }
  await send([{ index: 0, delta: {}, finish_reason: "stop" }]);
  if (wish.lastMs) await sleep(wish.lastMs);
  await send([], USAGE);
  outgoing.end("data: [DONE]\n\n");
}
