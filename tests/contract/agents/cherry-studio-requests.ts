import type { Json, JsonObject } from "#tests/support/pairs-json";

/**
 * What Cherry Studio sends to a provider of the kind "OpenAI" (CherryHQ/cherry-studio, aiCore): the fields and headers are
 * theirs, the texts are short and ours.
 */
export const PATH = "/v1/chat/completions";

export const HEADERS = {
  accept: "application/json",
  authorization: "Bearer good-key",
  "x-api-key": "good-key",
  "http-referer": "https://cherry-ai.com",
  "x-title": "Cherry Studio",
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) CherryStudio/1.7.19 Chrome/140.0.7339.249 Electron/38.7.0 Safari/537.36",
};

export const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const TOOLS: readonly JsonObject[] = [
  {
    type: "function",
    function: {
      name: "mcp__yard__list_tracks",
      description: "Lists the tracks.",
      parameters: {
        type: "object",
        properties: { kind: { anyOf: [{ type: "string" }, { type: "null" }], default: null, title: "Kind" } },
        additionalProperties: false,
        $schema: "http://json-schema.org/draft-07/schema#",
      },
    },
  },
  {
    type: "function",
    function: { name: "builtin_web_search", description: "Searches.", parameters: { type: "object", properties: {} } },
  },
];

/** Earlier words, an answer that was stopped before its first, a picture. */
export const FIRST: readonly JsonObject[] = [
  { role: "system", content: "You help in the yard." },
  { role: "user", content: "1" },
  { role: "assistant", content: "What about 1?" },
  { role: "user", content: "hi" },
  { role: "assistant", content: "" },
  {
    role: "user",
    content: [
      { type: "text", text: "Which track is this?" },
      { type: "image_url", image_url: { url: PIXEL } },
    ],
  },
];

export const turnOf = (model: string, messages: readonly Json[], more: JsonObject): JsonObject => ({
  model,
  messages,
  tools: TOOLS,
  tool_choice: "auto",
  stream: true,
  stream_options: { include_usage: true },
  temperature: 0.7,
  top_p: 0.8,
  ...more,
});

/** How thoughts are asked for, by what the name of a model tells it. */
export const THOUGHTS: Readonly<Record<string, JsonObject>> = {
  "as OpenAI's are": { reasoning_effort: "high", temperature: undefined, top_p: undefined },
  "as Claude's are": {
    thinking: { type: "enabled", budget_tokens: 4_096 },
    max_tokens: 8_192,
    temperature: undefined,
    top_p: undefined,
  },
  "as DeepSeek's are": { thinking: { type: "enabled" }, reasoning_effort: "high" },
  "as Qwen's are": { enable_thinking: true, thinking_budget: 4_096, max_tokens: 8_192 },
  "as Gemini's are": {
    extra_body: { google: { thinking_config: { thinking_budget: 4_096, include_thoughts: true } } },
    max_tokens: 8_192,
  },
  "not at all": {},
};
