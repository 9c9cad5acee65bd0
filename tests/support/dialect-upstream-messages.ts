import {
  type Counts,
  namedFrame,
  REFUSAL_WORDS,
  type Said,
  type ScriptFinish,
  type Speaker,
} from "./dialect-upstream-script.ts";
import { type JsonObject, piecesOf, textAt } from "./pairs-json.ts";

const REASONS: Readonly<Record<ScriptFinish, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  calls: "tool_use",
  filter: "refusal",
};

const ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Anthropic's Messages as the provider writes them. It says a refusal as text. */
export const messagesSpeaker: Speaker = {
  whole: ({ said, finish, usage }, model) => ({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: said.map(blockOf),
    stop_reason: REASONS[finish],
    stop_sequence: null,
    usage: { ...inputOf(usage), ...outputOf(usage) },
  }),
  stream: ({ said, finish, usage }, model) => {
    const start = { id: "msg_1", type: "message", role: "assistant", model, content: [] };
    const usageAtStart = { ...inputOf(usage), output_tokens: 1 };
    const message = { ...start, stop_reason: null, stop_sequence: null, usage: usageAtStart };
    const delta = { stop_reason: REASONS[finish], stop_sequence: null };
    const events: readonly JsonObject[] = [
      { type: "message_start", message },
      { type: "ping" },
      ...said.flatMap(blockEvents),
      { type: "message_delta", delta, usage: outputOf(usage) },
      { type: "message_stop" },
    ];
    return events.map((event) => namedFrame(textAt(event.type), event));
  },
  error: (status) => ({
    type: "error",
    error: { type: ERRORS[status] ?? "api_error", message: REFUSAL_WORDS },
    request_id: "req_1",
  }),
  errorFrame: () => namedFrame("error", { type: "error", error: { type: "overloaded_error", message: REFUSAL_WORDS } }),
};

/** Tokens read from the cache are counted beside the fresh ones. */
const inputOf = ({ input, cached }: Counts): JsonObject => ({
  input_tokens: input - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
});

const outputOf = ({ output, reasoning }: Counts): JsonObject => ({
  output_tokens: output,
  output_tokens_details: { thinking_tokens: reasoning },
});

function blockOf(one: Said): JsonObject {
  switch (one.kind) {
    case "text":
      return { type: "text", text: one.text, ...(one.cites ? { citations: [citationOf(one)] } : {}) };
    case "refusal":
      return { type: "text", text: one.text };
    case "thought":
      return { type: "thinking", thinking: one.text, signature: one.proof };
    case "call":
      return { type: "tool_use", id: one.id, name: one.name, input: one.input };
  }
}

const citationOf = ({ text, cites }: Extract<Said, { kind: "text" }>): JsonObject => ({
  type: "web_search_result_location",
  cited_text: text,
  url: cites?.url,
  title: cites?.title,
  encrypted_index: "Eo8BCio=",
});

function blockEvents(one: Said, index: number): readonly JsonObject[] {
  const block = blockOf(one);
  const delta = (fields: JsonObject) => ({ type: "content_block_delta", index, delta: fields });
  return [
    { type: "content_block_start", index, content_block: { ...block, ...EMPTY[one.kind] } },
    ...deltasOf(one, block).map(delta),
    { type: "content_block_stop", index },
  ];
}

const EMPTY: Readonly<Record<Said["kind"], JsonObject>> = {
  text: { text: "", citations: undefined },
  refusal: { text: "" },
  thought: { thinking: "", signature: "" },
  call: { input: {} },
};

function deltasOf(one: Said, block: JsonObject): readonly JsonObject[] {
  switch (one.kind) {
    case "text":
      return [
        ...piecesOf(one.text).map((text) => ({ type: "text_delta", text })),
        ...(one.cites ? [{ type: "citations_delta", citation: citationOf(one) }] : []),
      ];
    case "refusal":
      return piecesOf(one.text).map((text) => ({ type: "text_delta", text }));
    case "thought":
      return [
        ...piecesOf(one.text).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: one.proof },
      ];
    case "call":
      return ["", ...piecesOf(JSON.stringify(block.input))].map((partial_json) => ({
        type: "input_json_delta",
        partial_json,
      }));
  }
}
