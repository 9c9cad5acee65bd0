import type { Conversation, JsonObject, ToolChoice } from "#lib/gateway/conversation";
import { invalid, optional, requireBoolean, requireObject, requireText } from "#lib/gateway/dialects/read";

type Choice = Pick<Conversation, "toolChoice" | "allowsParallelTools">;

export const TOOL_CHOICE_FIELDS: ReadonlySet<string> = new Set(["type", "name", "disable_parallel_tool_use"]);

/** Reads `tool_choice`, which also says whether several tools may be called at once. */
export function readToolChoice(value: unknown): Choice {
  const choice = optional(value, "tool_choice", requireObject);
  if (choice === undefined) return {};
  const isSingle = optional(choice.disable_parallel_tool_use, "tool_choice.disable_parallel_tool_use", requireBoolean);
  return { toolChoice: readKind(choice), allowsParallelTools: isSingle === undefined ? undefined : !isSingle };
}

function readKind(choice: JsonObject): ToolChoice {
  switch (choice.type) {
    case "auto":
    case "none":
      return { kind: choice.type };
    case "any":
      return { kind: "required" };
    case "tool":
      return { kind: "named", name: requireText(choice.name, "tool_choice.name") };
    default:
      throw invalid("tool_choice.type", "must be `auto`, `any`, `tool` or `none`.");
  }
}

/** Writes `tool_choice`, for a request that has tools. */
export function writeToolChoice({ toolChoice, allowsParallelTools }: Choice): JsonObject | undefined {
  if (toolChoice === undefined && allowsParallelTools !== false) return undefined;
  const written = toolChoice === undefined ? { type: "auto" } : writeKind(toolChoice);
  if (written.type === "none" || allowsParallelTools === undefined) return written;
  return { ...written, disable_parallel_tool_use: !allowsParallelTools };
}

function writeKind(choice: ToolChoice): JsonObject {
  switch (choice.kind) {
    case "auto":
    case "none":
      return { type: choice.kind };
    case "required":
      return { type: "any" };
    case "named":
      return { type: "tool", name: choice.name };
    case "allowed":
      return { type: choice.mode === "required" ? "any" : "auto" };
  }
}

/** Whether the model must call a tool; the API refuses to let it think then. */
export const isForced = (choice: ToolChoice | undefined): boolean =>
  choice?.kind === "required" || choice?.kind === "named" || (choice?.kind === "allowed" && choice.mode === "required");
