import type { IncomingMessage, ServerResponse } from "node:http";
import { listen } from "./core-door.ts";

/** What an upstream may do with the credential it is shown; the model's name says which. */
const ERRORS: Readonly<Record<string, number>> = {
  "echo-400": 400,
  "echo-401": 401,
  "echo-403": 403,
  "echo-404": 404,
  "echo-409": 409,
  "echo-422": 422,
  "echo-429": 429,
  "echo-500": 500,
  "echo-503": 503,
  "echo-200": 200,
};

export const TRICKS = [
  ...Object.keys(ERRORS),
  "echo-html",
  "echo-malformed",
  "echo-headers",
  "echo-in-stream",
  "echo-in-stream-callers",
  "cut",
  "hang-up",
  "open",
  "plain",
] as const;

/** An upstream that gives away whatever it is told: it writes the credential it was asked with into its answers. */
export async function startEchoingUpstream(replyText: string) {
  return listen((incoming, outgoing) => {
    bodyOf(incoming).then(
      (body) => answer(shownIn(incoming), body, { outgoing, replyText }),
      () => outgoing.destroy(),
    );
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** The credential, in whatever header it came. */
const shownIn = ({ headers, url }: IncomingMessage) =>
  [headers.authorization, headers["x-api-key"], headers["api-key"], headers["x-goog-api-key"], url].join(" ");

type Out = { readonly outgoing: ServerResponse; readonly replyText: string };

function answer(shown: string, body: Readonly<Record<string, unknown>>, { outgoing, replyText }: Out): void {
  const trick = String(body.model ?? shown.split("/models/")[1]?.split(":")[0] ?? "plain").replace(/^[a-z]+\//, "");
  const status = ERRORS[trick];
  if (status !== undefined) return refuse(outgoing, status, shown);
  if (trick === "hang-up") return void outgoing.destroy();
  if (trick === "echo-html")
    return void outgoing.writeHead(200, { "content-type": "text/html" }).end(`<html>${shown}</html>`);
  if (trick === "echo-malformed")
    return void outgoing.writeHead(200, { "content-type": "application/json" }).end(`{"id": ${shown}`);
  const headers = trick === "echo-headers" ? echoing(shown) : {};
  if (body.stream === true) return stream(outgoing, { trick, shown, replyText, headers });
  outgoing
    .writeHead(200, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(whole(body, replyText)));
}

const echoing = (shown: string) => ({
  "x-echo": shown,
  "www-authenticate": `Bearer realm="${shown.replaceAll('"', "")}"`,
  "set-cookie": `key=${encodeURIComponent(shown)}`,
  "openai-organization": shown,
  "x-request-id": encodeURIComponent(shown),
});

/** What Google calls these statuses; another word would be believed before the number. */
const GOOGLE_WORDS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

function refuse(outgoing: ServerResponse, status: number, shown: string): void {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  const message = `Incorrect API key provided: ${shown}`;
  const error = { message, type, param: shown, code: null, status: GOOGLE_WORDS[status], headers: { shown } };
  outgoing
    .writeHead(status, { "content-type": "application/json", ...echoing(shown) })
    .end(JSON.stringify({ type: "error", error, request: shown }));
}

const whole = (body: Readonly<Record<string, unknown>>, content: string) => ({
  id: "chatcmpl-1",
  object: body.prompt === undefined ? "chat.completion" : "text_completion",
  created: 1,
  model: body.model,
  data: [{ object: "embedding", index: 0, embedding: [1, 2] }],
  results: [{ flagged: false }],
  choices: [{ index: 0, text: content, message: { role: "assistant", content, refusal: null }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
});

type Streaming = {
  readonly trick: string;
  readonly shown: string;
  readonly replyText: string;
  readonly headers: Readonly<Record<string, string>>;
};

function stream(outgoing: ServerResponse, { trick, shown, replyText, headers }: Streaming): void {
  const chunk = (delta: object, finish: string | null = null) =>
    frame({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  outgoing.writeHead(200, { "content-type": "text/event-stream", ...headers });
  outgoing.write(chunk({ role: "assistant", content: replyText }));
  const type = trick === "echo-in-stream-callers" ? "invalid_request_error" : "server_error";
  if (trick.startsWith("echo-in-stream"))
    return void outgoing.end(frame({ error: { message: shown, type, param: shown } }));
  if (trick === "cut") return void outgoing.write(`: ${shown}\n\n`, () => outgoing.destroy());
  if (trick === "open") return;
  outgoing.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
}

const frame = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
