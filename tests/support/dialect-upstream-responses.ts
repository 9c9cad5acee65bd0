import {
  type Counts,
  namedFrame,
  REFUSAL_WORDS,
  type Said,
  type Script,
  type Speaker,
} from "./dialect-upstream-script.ts";
import { type Json, type JsonObject, objectAt, objectsAt, piecesOf, textAt } from "./pairs-json.ts";

const ERRORS: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", "unsupported_parameter"],
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["invalid_request_error", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
};

/** OpenAI's Responses as the provider writes them. */
export const responsesSpeaker: Speaker = {
  whole: (script, model) => responseOf(script, model),
  stream: (script, model) => {
    const whole = responseOf(script, model);
    const begun = { ...whole, status: "in_progress", output: [], usage: null, incomplete_details: null };
    const kind = whole.status === "completed" ? "response.completed" : "response.incomplete";
    const events: readonly JsonObject[] = [
      { type: "response.created", response: begun },
      { type: "response.in_progress", response: begun },
      ...objectsAt(whole.output).flatMap(itemEvents),
      { type: kind, response: whole },
    ];
    return events.map((event, at) => namedFrame(textAt(event.type), { ...event, sequence_number: at }));
  },
  error: (status) => {
    const [type, code] = ERRORS[status] ?? ["server_error", null];
    return { error: { message: REFUSAL_WORDS, type, param: null, code } };
  },
  errorFrame: () =>
    namedFrame("error", {
      type: "error",
      sequence_number: 99,
      error: { type: "server_error", code: "server_error", message: REFUSAL_WORDS, param: null },
    }),
};

const REASONS = { stop: null, calls: null, length: "max_output_tokens", filter: "content_filter" } as const;

function responseOf(script: Script, model: string): JsonObject {
  const reason = REASONS[script.finish];
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: reason === null ? "completed" : "incomplete",
    error: null,
    incomplete_details: reason === null ? null : { reason },
    instructions: null,
    max_output_tokens: null,
    model,
    output: itemsOf(script),
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage: usageOf(script.usage),
    user: null,
    metadata: {},
  };
}

const usageOf = ({ input, cached, output, reasoning }: Counts): JsonObject => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});

const itemsOf = (script: Script): readonly JsonObject[] =>
  script.said.map((one, at): JsonObject => {
    switch (one.kind) {
      case "thought":
        return {
          id: `rs_${at}`,
          type: "reasoning",
          summary: [{ type: "summary_text", text: one.text }],
          encrypted_content: one.proof,
        };
      case "call":
        return {
          id: `fc_${at}`,
          type: "function_call",
          status: "completed",
          call_id: one.id,
          name: one.name,
          arguments: JSON.stringify(one.input),
        };
      default:
        return {
          id: `msg_${at}`,
          type: "message",
          status: "completed",
          role: "assistant",
          content: [partOf(one, script)],
        };
    }
  });

function partOf(one: Extract<Said, { kind: "text" | "refusal" }>, { tokens }: Script): JsonObject {
  if (one.kind === "refusal") return { type: "refusal", refusal: one.text };
  const annotations: Json = one.cites
    ? [{ type: "url_citation", ...one.cites, start_index: 0, end_index: one.text.length }]
    : [];
  return { type: "output_text", annotations, logprobs: (tokens ?? []).map(tokenOf), text: one.text };
}

const tokenOf = ({ token, logprob }: { readonly token: string; readonly logprob: number }): JsonObject => {
  const one = { token, logprob, bytes: [...Buffer.from(token)] };
  return { ...one, top_logprobs: [one] };
};

function itemEvents(item: JsonObject, output_index: number): readonly JsonObject[] {
  const place = { output_index, item_id: item.id };
  const added = (opening: JsonObject) => ({ type: "response.output_item.added", output_index, item: opening });
  const done = { type: "response.output_item.done", output_index, item };
  switch (item.type) {
    case "reasoning":
      return [
        added({ ...item, summary: [], encrypted_content: "" }),
        ...summaryEvents(textAt(item, "summary", 0, "text"), place),
        done,
      ];
    case "function_call":
      return [
        added({ ...item, status: "in_progress", arguments: "" }),
        ...grown({ type: "response.function_call_arguments", name: "arguments" }, textAt(item.arguments), place),
        done,
      ];
    default:
      return [
        added({ ...item, status: "in_progress", content: [] }),
        ...contentEvents(objectAt(item, "content", 0), place),
        done,
      ];
  }
}

type Field = { readonly type: string; readonly name: string };

function grown({ type, name }: Field, text: string, place: JsonObject): readonly JsonObject[] {
  const deltas = piecesOf(text).map((delta) => ({ type: `${type}.delta`, ...place, delta }));
  return [...deltas, { type: `${type}.done`, ...place, [name]: text }];
}

function summaryEvents(text: string, place: JsonObject): readonly JsonObject[] {
  const at = { ...place, summary_index: 0 };
  return [
    { type: "response.reasoning_summary_part.added", ...at, part: { type: "summary_text", text: "" } },
    ...grown({ type: "response.reasoning_summary_text", name: "text" }, text, at),
    { type: "response.reasoning_summary_part.done", ...at, part: { type: "summary_text", text } },
  ];
}

function contentEvents(part: JsonObject, place: JsonObject): readonly JsonObject[] {
  const at = { ...place, content_index: 0 };
  if (part.type === "refusal")
    return [
      { type: "response.content_part.added", ...at, part: { type: "refusal", refusal: "" } },
      ...grown({ type: "response.refusal", name: "refusal" }, textAt(part.refusal), at),
      { type: "response.content_part.done", ...at, part },
    ];
  const logprobs = part.logprobs ?? [];
  return [
    { type: "response.content_part.added", ...at, part: { ...part, text: "", annotations: [], logprobs: [] } },
    ...piecesOf(textAt(part.text)).map((delta, index) => ({
      type: "response.output_text.delta",
      ...at,
      delta,
      logprobs: index === 0 ? logprobs : [],
    })),
    ...objectsAt(part.annotations).map((annotation, annotation_index) => ({
      type: "response.output_text.annotation.added",
      ...at,
      annotation_index,
      annotation,
    })),
    { type: "response.output_text.done", ...at, text: part.text, logprobs },
    { type: "response.content_part.done", ...at, part },
  ];
}
