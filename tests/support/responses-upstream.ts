import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Fields = Readonly<Record<string, unknown>>;

export type ResponsesUpstream = {
  readonly url: string;
  readonly received: Fields[];
  readonly close: () => Promise<void>;
};

/** What it gives as proof of its thoughts: characters that a careless rewrite would change. */
export const PROOF = "gAAAA/+proof==\u00e9";

/**
 * An upstream of OpenAI's Responses API over a real socket that keeps nothing, and so refuses what only a server with
 * memory could answer: an earlier response, a reference to an item, reasoning without its proof.
 */
export async function startResponsesUpstream(): Promise<ResponsesUpstream> {
  const received: Fields[] = [];
  const server = createServer((incoming, outgoing) => {
    readBody(incoming).then(
      (body) => {
        received.push(body);
        answer(body, outgoing, received.length);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(incoming: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function answer(body: Fields, outgoing: ServerResponse, number: number): void {
  const refusal = refusalOf(body);
  if (refusal) {
    const error = { message: refusal, type: "invalid_request_error", param: "input", code: null };
    outgoing.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    return;
  }
  const whole = responseOf(body, number);
  if (body.stream !== true) {
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole, null, 2));
    return;
  }
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  const events = eventsOf(whole);
  if (body.max_output_tokens === 1) return void outgoing.write(events.slice(0, -2).join(""), () => outgoing.destroy());
  outgoing.end(events.join(""));
}

const itemsIn = ({ input }: Fields): readonly Fields[] =>
  Array.isArray(input) ? input : [{ role: "user", content: input }];

function refusalOf(body: Fields): string | undefined {
  if (body.store !== false) return "this upstream stores nothing";
  if ("previous_response_id" in body) return `Previous response with id '${body.previous_response_id}' not found.`;
  const lost = itemsIn(body).find(
    ({ type, encrypted_content }) => type === "item_reference" || (type === "reasoning" && !encrypted_content),
  );
  return lost && `Item with id '${lost.id}' not found. Items are not persisted when \`store\` is set to false.`;
}

function responseOf(body: Fields, number: number): Fields {
  const includes = Array.isArray(body.include) && body.include.includes("reasoning.encrypted_content");
  const text = `${itemsIn(body).length} items heard`;
  return {
    id: `resp_up${number}`,
    object: "response",
    created_at: 1_790_000_000,
    ...endingOf(body),
    model: body.model,
    output: [
      { id: `rs_up${number}`, type: "reasoning", summary: [], ...(includes ? { encrypted_content: PROOF } : {}) },
      {
        id: `msg_up${number}`,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
      },
    ],
    previous_response_id: null,
    store: false,
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 15,
    },
  };
}

/** A limit of 2 leaves the answer incomplete, one of 3 makes it fail. */
function endingOf({ max_output_tokens: limit }: Fields): Fields {
  if (limit === 2) return { status: "incomplete", error: null, incomplete_details: { reason: "max_output_tokens" } };
  const error = { code: "server_error", message: "The model failed." };
  if (limit === 3) return { status: "failed", error, incomplete_details: null };
  return { status: "completed", error: null, incomplete_details: null };
}

function eventsOf(whole: Fields): readonly string[] {
  const begun = { ...whole, status: "in_progress", output: [], usage: null };
  const output: readonly Fields[] = Array.isArray(whole.output) ? whole.output : [];
  const events: readonly Fields[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...output.flatMap((item, at) => eventsOfItem(item, at)),
    { type: `response.${whole.status}`, response: whole },
  ];
  return events.map(
    (event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`,
  );
}

function eventsOfItem(item: Fields, at: number): readonly Fields[] {
  const place = { output_index: at, item_id: item.id, content_index: 0 };
  const added = { type: "response.output_item.added", output_index: at, item: { ...item, content: [] } };
  const done = { type: "response.output_item.done", output_index: at, item };
  const parts: readonly Fields[] = Array.isArray(item.content) ? item.content : [];
  const deltas = parts.flatMap((part) => [
    { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
    { type: "response.output_text.delta", ...place, delta: part.text, logprobs: [] },
    { type: "response.output_text.done", ...place, text: part.text, logprobs: [] },
    { type: "response.content_part.done", ...place, part },
  ]);
  return [added, ...deltas, done];
}
