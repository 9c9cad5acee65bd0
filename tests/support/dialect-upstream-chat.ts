import {
  type Counts,
  dataFrame,
  REFUSAL_WORDS,
  type Said,
  type Script,
  type ScriptFinish,
  type Speaker,
} from "./dialect-upstream-script.ts";
import { filled, type Json, type JsonObject, piecesOf } from "./pairs-json.ts";

const FINISH: Readonly<Record<ScriptFinish, string>> = {
  stop: "stop",
  length: "length",
  calls: "tool_calls",
  filter: "content_filter",
};

const ERRORS: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", "unsupported_parameter"],
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["invalid_request_error", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
};

/** OpenAI's chat completions as the provider writes them; thoughts as OpenRouter adds them. */
export const chatSpeaker: Speaker = {
  whole: (script, model) => ({
    ...HEAD,
    object: "chat.completion",
    model,
    choices: [choiceOf(script), ...(script.alternatives ?? []).map((text, at) => otherChoice(text, at + 1))],
    usage: usageOf(script.usage),
  }),
  stream: (script, model) => {
    const chunk = (choices: readonly JsonObject[], rest: JsonObject = {}) =>
      dataFrame({ ...HEAD, object: "chat.completion.chunk", model, choices, ...rest });
    const delta = (fields: JsonObject, index = 0) => chunk([{ index, delta: fields, finish_reason: null }]);
    const others = (script.alternatives ?? []).flatMap((text, at) => [
      ...piecesOf(text).map((content) => delta({ content }, at + 1)),
      chunk([{ index: at + 1, delta: {}, finish_reason: "stop" }]),
    ]);
    const tokens = script.tokens && { content: tokensOf(script) };
    return [
      delta({ role: "assistant", content: "" }),
      ...deltasOf(script.said).map((fields) => delta(fields)),
      ...(tokens ? [chunk([{ index: 0, delta: { content: "" }, logprobs: tokens, finish_reason: null }])] : []),
      chunk([{ index: 0, delta: {}, finish_reason: FINISH[script.finish] }]),
      ...others,
      chunk([], { usage: usageOf(script.usage) }),
      dataFrame("[DONE]"),
    ];
  },
  error: (status) => {
    const [type, code] = ERRORS[status] ?? ["server_error", null];
    return { error: { message: REFUSAL_WORDS, type, param: null, code } };
  },
  errorFrame: () =>
    dataFrame({ error: { message: REFUSAL_WORDS, type: "server_error", param: null, code: "server_error" } }),
};

const HEAD = { id: "chatcmpl-1", created: 1_790_000_000 };

const usageOf = ({ input, cached, output, reasoning }: Counts): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

const of = <K extends Said["kind"]>(said: readonly Said[], kind: K) =>
  said.filter((one): one is Extract<Said, { kind: K }> => one.kind === kind);

const joined = (parts: readonly { readonly text: string }[]) => parts.map(({ text }) => text).join("");

function choiceOf(script: Script): JsonObject {
  const { said } = script;
  const texts = of(said, "text");
  const refusals = of(said, "refusal");
  const calls = of(said, "call").map((call, index) => callOf(call, index));
  const thoughts = of(said, "thought");
  const message = filled({
    role: "assistant",
    content: texts.length === 0 ? null : joined(texts),
    refusal: refusals.length === 0 ? null : joined(refusals),
    reasoning: thoughts.length === 0 ? undefined : joined(thoughts),
    reasoning_details: thoughts.length === 0 ? undefined : thoughts.map(detailOf),
    annotations: citationsOf(said),
    tool_calls: calls.length === 0 ? undefined : calls.map(({ index: _index, ...call }) => call),
  });
  const logprobs = script.tokens ? { content: tokensOf(script) } : null;
  return { index: 0, message, logprobs, finish_reason: FINISH[script.finish] };
}

const otherChoice = (content: string, index: number): JsonObject => ({
  index,
  message: { role: "assistant", content, refusal: null },
  logprobs: null,
  finish_reason: "stop",
});

const callOf = ({ id, name, input }: Extract<Said, { kind: "call" }>, index: number) => ({
  index,
  id,
  type: "function",
  function: { name, arguments: JSON.stringify(input) },
});

const detailOf = ({ text, proof }: Extract<Said, { kind: "thought" }>, index: number): JsonObject => ({
  type: "reasoning.text",
  text,
  signature: proof,
  format: "anthropic-claude-v1",
  index,
});

function citationsOf(said: readonly Said[]): Json | undefined {
  let at = 0;
  const cited = of(said, "text").flatMap(({ text, cites }) => {
    const range = { start_index: at, end_index: at + text.length };
    at += text.length;
    return cites ? [{ type: "url_citation", url_citation: { ...cites, ...range } }] : [];
  });
  return cited.length === 0 ? undefined : cited;
}

const tokensOf = ({ tokens = [] }: Script): Json =>
  tokens.map(({ token, logprob }) => ({
    token,
    logprob,
    bytes: [...Buffer.from(token)],
    top_logprobs: [{ token, logprob, bytes: [...Buffer.from(token)] }],
  }));

function deltasOf(said: readonly Said[]): readonly JsonObject[] {
  let calls = 0;
  let thoughts = 0;
  const spoken = said.flatMap((one): readonly JsonObject[] => {
    if (one.kind === "thought") return thoughtDeltas(one, thoughts++);
    if (one.kind === "call") return callDeltas(one, calls++);
    return piecesOf(one.text).map((piece) => ({ [one.kind === "text" ? "content" : "refusal"]: piece }));
  });
  const annotations = citationsOf(said);
  return annotations ? [...spoken, { annotations }] : spoken;
}

function thoughtDeltas({ text, proof }: Extract<Said, { kind: "thought" }>, index: number): readonly JsonObject[] {
  const head = { type: "reasoning.text", format: "anthropic-claude-v1", index };
  return [
    ...piecesOf(text).map((piece) => ({ reasoning: piece, reasoning_details: [{ ...head, text: piece }] })),
    { reasoning_details: [{ ...head, signature: proof }] },
  ];
}

function callDeltas(call: Extract<Said, { kind: "call" }>, index: number): readonly JsonObject[] {
  const { function: called, ...head } = callOf(call, index);
  return [
    { tool_calls: [{ ...head, function: { name: called.name, arguments: "" } }] },
    ...piecesOf(called.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}
