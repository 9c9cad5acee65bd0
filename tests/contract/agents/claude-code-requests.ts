import type { Json, JsonObject } from "#tests/support/pairs-json";

/**
 * What Claude Code sends, as its versions of 2025 and 2026 are known to: the fields and headers are theirs, the texts are
 * short and ours.
 */
export const HEADERS = {
  accept: "application/json",
  "x-api-key": "good-key",
  "anthropic-version": "2023-06-01",
  "anthropic-beta":
    "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05,mid-conversation-system-2026-04-07,effort-2025-11-24",
  "anthropic-dangerous-direct-browser-access": "true",
  "user-agent": "claude-cli/2.1.291 (external, cli)",
  "x-app": "cli",
  "x-stainless-lang": "js",
  "x-stainless-retry-count": "0",
  "x-claude-code-session-id": "00000000-0000-4000-8000-000000000001",
};

export const PATH = "/v1/messages?beta=true";
export const COUNT_PATH = "/v1/messages/count_tokens?beta=true";

const KEPT = { type: "ephemeral" };

const SYSTEM: readonly JsonObject[] = [
  { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.291.a1b; cc_entrypoint=cli;" },
  { type: "text", text: "You are Claude Code, Anthropic's official CLI for Claude.", cache_control: KEPT },
  {
    type: "text",
    text: "You help with software.\n\n# Environment\nWorking directory: /yard",
    cache_control: { ...KEPT, ttl: "1h", scope: "global" },
  },
];

const schemaOf = (properties: JsonObject, ...required: readonly string[]): JsonObject => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

export const BASH_SCHEMA = schemaOf(
  {
    command: { description: "The command to execute", type: "string" },
    timeout: { description: "Optional timeout in milliseconds", type: "number" },
    run_in_background: { type: "boolean" },
  },
  "command",
);

export const TOOLS: readonly JsonObject[] = [
  { name: "Bash", description: "Executes a bash command.", input_schema: BASH_SCHEMA, eager_input_streaming: true },
  {
    name: "Read",
    description: "Reads a file.",
    input_schema: schemaOf(
      { file_path: { type: "string" }, limit: { type: "number", exclusiveMinimum: 0 } },
      "file_path",
    ),
  },
  {
    name: "mcp__yard__list_tracks",
    description: "Lists the tracks.",
    input_schema: { type: "object", properties: {} },
    cache_control: KEPT,
  },
];

const REMINDER = { type: "text", text: "<system-reminder>\nToday's date is 2026-10-07.\n</system-reminder>\n" };

export const FIRST: readonly JsonObject[] = [
  { role: "user", content: [REMINDER, { type: "text", text: "Which tracks are free?", cache_control: KEPT }] },
];

/** Where the gateway takes instructions in the middle (newest versions). */
export const LATE_SYSTEM: JsonObject = {
  role: "system",
  content: [{ type: "text", text: "<total_tokens>14999980 tokens left</total_tokens>", cache_control: KEPT }],
};

const COMMON = {
  max_tokens: 32_000,
  metadata: {
    user_id: '{"device_id":"67bf6d4d6c92d354167442e3908d40b0bee8b5a7","account_uuid":"","session_id":"00000000-0000"}',
  },
  stream: true,
};

/** How the versions ask for thoughts. */
export const VERSIONS: Readonly<Record<string, JsonObject>> = {
  "Claude Code with a budget": {
    ...COMMON,
    thinking: { type: "enabled", budget_tokens: 31_999 },
    temperature: 1,
  },
  "Claude Code with adaptive thoughts": {
    ...COMMON,
    thinking: { type: "adaptive", display: "updates" },
    output_config: { effort: "high" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    safeguards: [{ type: "dangerous_tool_use", classifier_context: { v: 1, platform: "macos" } }],
  },
};

export const turnOf = (model: string, version: JsonObject, messages: readonly Json[]): JsonObject => ({
  model,
  messages,
  system: SYSTEM,
  tools: TOOLS,
  ...version,
});

/** The small questions beside the work: whether the key may ask at all, and what to call the conversation. */
export const quotaOf = (model: string): JsonObject => ({
  model,
  max_tokens: 1,
  messages: [{ role: "user", content: "quota" }],
  metadata: COMMON.metadata,
});

export const titleOf = (model: string): JsonObject => ({
  model,
  ...COMMON,
  messages: [{ role: "user", content: [{ type: "text", text: "Which tracks are free?" }] }],
  system: [{ type: "text", text: "Write a title for this conversation." }],
  tools: [],
  thinking: { type: "disabled" },
  output_config: {
    format: { type: "json_schema", schema: schemaOf({ title: { type: "string" } }, "title") },
  },
});
