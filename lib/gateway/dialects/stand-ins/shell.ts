import type { ForeignPart, FunctionTool, JsonObject, ToolCallPart, ToolResultPart } from "#lib/gateway/conversation";
import { defined, objectIn, textIn } from "#lib/gateway/dialects/read";
import { SHELL } from "./originals.ts";

const TEXT = { type: "string" };

/** The function that stands in for the shell on the caller's machine. */
export const SHELL_TOOL: FunctionTool = {
  kind: "function",
  name: SHELL,
  description: "Runs a command on the user's machine and gives its output.",
  schema: {
    type: "object",
    properties: {
      command: { type: "array", items: TEXT, description: "The program and its arguments." },
      working_directory: TEXT,
      timeout_ms: { type: "integer" },
      env: { type: "object", additionalProperties: TEXT },
    },
    required: ["command"],
  },
};

/** Reads an earlier command of the shell as a call of the function. */
export function callOfShell({ dialect, value }: ForeignPart): ToolCallPart | undefined {
  if (dialect !== "openai-responses" || value.type !== "local_shell_call") return undefined;
  const { type: _type, ...action } = objectIn(value.action) ?? {};
  const said = Object.entries(action).filter(([, field]) => field !== null);
  return { kind: "tool-call", id: idOf(value), name: SHELL, input: JSON.stringify(Object.fromEntries(said)) };
}

/** Reads what an earlier command gave as the result of the function. */
export function resultOfShell({ dialect, value }: ForeignPart): ToolResultPart | undefined {
  if (dialect !== "openai-responses" || value.type !== "local_shell_call_output") return undefined;
  const text = textIn(value.output) ?? JSON.stringify(value.output ?? "");
  return { kind: "tool-result", callId: idOf(value), name: SHELL, content: [{ kind: "text", text }] };
}

const idOf = ({ call_id, id }: JsonObject): string => textIn(call_id) ?? textIn(id) ?? "";

/** Writes a call of the function as a command of the shell. */
export const shellCall = ({ id, input }: Pick<ToolCallPart, "id" | "input">): ForeignPart => ({
  kind: "foreign",
  dialect: "openai-responses",
  value: {
    type: "local_shell_call",
    id: `lsh_${id}`,
    call_id: id,
    status: "completed",
    action: defined({ type: "exec", env: {}, ...argumentsIn(input) }),
  },
});

function argumentsIn(input: string): JsonObject {
  try {
    return objectIn(JSON.parse(input)) ?? {};
  } catch {
    return {};
  }
}
