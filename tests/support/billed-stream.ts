import { handle } from "#lib/gateway/handle";
import type { GatewayDeps } from "#lib/gateway/ports";
import type { Provider } from "#lib/gateway/providers/provider";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "./gateway.ts";
import { type Canned, startReplayUpstream } from "./replay-upstream.ts";

const messages = [{ role: "user", content: "hi" }];

/** A streamed call in the words of each kind of caller. */
export const CHAT = { path: "/v1/chat/completions", body: { model: "model", stream: true, messages } };
export const MESSAGES = { path: "/v1/messages", body: { model: "model", stream: true, max_tokens: 9_999, messages } };
export const RESPONSES = { path: "/v1/responses", body: { model: "model", stream: true, store: false, input: "hi" } };
export const GEMINI = {
  path: "/v1beta/models/model:streamGenerateContent?alt=sse",
  body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
};

type Asked = { readonly path: string; readonly body: object; readonly deps?: Partial<GatewayDeps> };

/** Asks once, before an upstream that answers so. */
export async function answerTo({ deps = {}, ...asked }: Asked, provider: Provider, canned: Canned) {
  const upstream = await startReplayUpstream();
  upstream.answer(canned);
  const deployments = [deploymentOf({ provider, baseUrl: upstream.origin, upstreamModel: "theirs" })];
  const bench = benchOf([modelOf({ deployments })], deps);
  const reply = await handle(requestOf(asked), bench.deps);
  const text = await bodyOf(reply);
  await upstream.close();
  const [record] = bench.records;
  if (record === undefined) throw new Error("the call left no record");
  return { status: reply.status, headers: reply.headers, text, record };
}

/** A stream in one piece, and its end. */
export const streamOf = (body: string): Canned => ({
  status: 200,
  headers: { "content-type": "text/event-stream" },
  body,
});

/** Gives the record of a call whose upstream sends this stream. */
export const billedFor = async (asked: Asked, provider: Provider, stream: string) =>
  (await answerTo(asked, provider, streamOf(stream))).record;

/** One event with a name, as Anthropic and Responses stream them. */
export const namedEvent = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** One event of nothing but data. */
export const dataEvent = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

/** One chunk of a chat stream. */
export const chatChunk = (choices: readonly object[], usage?: object) =>
  dataEvent({ id: "c", object: "chat.completion.chunk", created: 1, model: "model", choices, usage });

export const DONE = "data: [DONE]\n\n";
