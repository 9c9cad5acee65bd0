import type { Json, JsonObject } from "#tests/support/pairs-json";

/**
 * What the Codex CLI sends (openai/codex, `ResponsesApiRequest` and `ToolSpec`; versions of 2025 and 2026): the fields,
 * headers and kinds of tools are theirs, the texts are short and ours.
 */
export const PATH = "/v1/responses";

export const HEADERS = {
  authorization: "Bearer good-key",
  accept: "text/event-stream",
  originator: "codex_exec",
  "user-agent": "codex_exec/0.159.2 (Linux; x86_64) unknown (codex_exec; 0.159.2)",
  "session-id": "00000000-0000-4000-8000-000000000008",
  "thread-id": "00000000-0000-4000-8000-000000000008",
  "x-client-request-id": "00000000-0000-4000-8000-000000000008",
  "x-codex-beta-features": "remote_compaction_v2",
  "x-codex-window-id": "00000000-0000-4000-8000-000000000008:0",
};

const functionOf = (name: string, properties: JsonObject, ...required: readonly string[]): JsonObject => ({
  type: "function",
  name,
  description: `Does ${name}.`,
  strict: false,
  parameters: { type: "object", properties, required, additionalProperties: false },
});

const TEXT = { type: "string" };

export const GRAMMAR = 'start: begin_patch hunk+ end_patch\nbegin_patch: "*** Begin Patch" LF\n%import common.LF\n';

export const TOOLS: readonly JsonObject[] = [
  functionOf("exec_command", { cmd: TEXT, yield_time_ms: { type: "number" } }, "cmd"),
  functionOf("view_image", { path: TEXT }, "path"),
  {
    type: "custom",
    name: "apply_patch",
    description: "Use the `apply_patch` tool to edit files.",
    format: { type: "grammar", syntax: "lark", definition: GRAMMAR },
  },
  {
    type: "namespace",
    name: "multi_agent_v1",
    description: "Tools for spawning and managing sub-agents.",
    tools: [
      functionOf("spawn_agent", { message: TEXT }),
      functionOf("wait_agent", { targets: { type: "array" } }, "targets"),
    ],
  },
  {
    type: "namespace",
    name: "mcp__yard",
    description: "Tools in the mcp__yard namespace.",
    tools: [functionOf("look_up_the_timetable_of_a_train_with_a_deliberately_long_name", { train: TEXT }, "train")],
  },
  { type: "web_search", external_web_access: false },
];

const message = (role: string, ...texts: readonly string[]): JsonObject => ({
  type: "message",
  role,
  content: texts.map((text) => ({ type: "input_text", text })),
});

export const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const FIRST: readonly JsonObject[] = [
  message(
    "developer",
    "<skills_instructions>...</skills_instructions>",
    "<permissions instructions>read-only</permissions instructions>",
  ),
  message("user", "<environment_context>\n  <cwd>/yard</cwd>\n</environment_context>"),
  {
    type: "message",
    role: "user",
    content: [
      { type: "input_text", text: "Make up the train in this picture." },
      { type: "input_image", image_url: PIXEL, detail: "high" },
    ],
  },
];

export const turnOf = (model: string, input: readonly Json[], tools: readonly JsonObject[] = TOOLS): JsonObject => ({
  model,
  instructions: "You are Codex, a coding agent.",
  input,
  tools,
  tool_choice: "auto",
  parallel_tool_calls: true,
  reasoning: { effort: "high", summary: "auto" },
  store: false,
  stream: true,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "00000000-0000-4000-8000-000000000008",
  text: { verbosity: "medium" },
  client_metadata: { "x-codex-installation-id": "00000000-0000-4000-9000-000000000004", turn_id: "01a1" },
});

/** The shell as models of the first Codex knew it. */
export const SHELL_TOOLS: readonly JsonObject[] = [{ type: "local_shell" }, functionOf("update_plan", { plan: TEXT })];
