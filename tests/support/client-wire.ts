import type { Canned, Fields, Script } from "./client-upstream.ts";

/** OpenAI's wire form, written by hand: what its API answers, key by key. */
const HEAD = { id: "chatcmpl-C1", object: "chat.completion", created: 1_760_000_000 };
const CHUNK_HEAD = { id: "chatcmpl-C1", object: "chat.completion.chunk", created: 1_760_000_000 };
const TAIL = { service_tier: "default", system_fingerprint: "fp_1" };

export const USAGE = {
  prompt_tokens: 19,
  completion_tokens: 7,
  total_tokens: 26,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 2,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

export const choice = (message: Fields, finish: string, given: Fields = {}): Fields => ({
  index: 0,
  message: { role: "assistant", content: null, refusal: null, annotations: [], ...message },
  logprobs: null,
  finish_reason: finish,
  ...given,
});

/** A whole answer with these choices. */
export const completion =
  (...choices: readonly Fields[]): Script =>
  ({ body }) =>
    json({ ...HEAD, model: body.model, choices, usage: USAGE, ...TAIL });

export const json = (body: unknown): Canned => ({ body: JSON.stringify(body) });

type Delta = Fields & { readonly at?: number; readonly finish?: string; readonly logprobs?: unknown };

/** The events of a stream with these deltas: a usage only where it was asked for, as OpenAI has it. */
export const events = (body: Fields, deltas: readonly Delta[]): readonly string[] => {
  const asksUsage = Object(body.stream_options).include_usage === true;
  const chunk = (choices: readonly Fields[], usage: unknown) => ({
    ...CHUNK_HEAD,
    model: body.model,
    ...TAIL,
    choices,
    ...(asksUsage ? { usage } : {}),
  });
  const told = deltas.map(({ at = 0, finish = null, logprobs = null, ...delta }) =>
    chunk([{ index: at, delta, logprobs, finish_reason: finish }], null),
  );
  return [...told, ...(asksUsage ? [chunk([], USAGE)] : [])].map((event) => JSON.stringify(event));
};

/** A stream of these deltas. */
export const stream =
  (...deltas: readonly Delta[]): Script =>
  ({ body }) => ({ events: events(body, deltas) });

export const OPENING: Delta = { role: "assistant", content: "", refusal: null };

/** Answers a streamed request with the one, any other with the other. */
export const either =
  (whole: Script, streamed: Script): Script =>
  (asked, before) =>
    (asked.body.stream === true ? streamed : whole)(asked, before);

export const toolCall = (id: string, name: string, args: string): Fields => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

/** The deltas of one streamed tool call: named first, its arguments in pieces. */
export const toolDeltas = (
  index: number,
  [id, name]: readonly [string, string],
  pieces: readonly string[],
): Delta[] => [
  { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
  ...pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
];

/** An error of this status, as OpenAI words it. */
export const refusal = (status: number, error: Fields, headers: Readonly<Record<string, string>> = {}): Script => {
  const body = JSON.stringify({
    error: { message: "", type: "invalid_request_error", param: null, code: null, ...error },
  });
  return () => ({ status, headers, body });
};
