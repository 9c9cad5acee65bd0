import type { Json, JsonObject, Tool, ToolChoice } from "#lib/gateway/conversation";
import { invalid, requireList, requireObject, requireText } from "../read.ts";

/** Reads `tool_choice`; `any` is Mistral's word for `required`. */
export function decodeToolChoice(value: unknown, path: string): ToolChoice {
  if (value === "auto" || value === "none" || value === "required") return { kind: value };
  if (value === "any") return { kind: "required" };
  if (typeof value === "string") throw invalid(path, "must be `none`, `auto`, `required` or an object.");
  const choice = requireObject(value, path);
  if (choice.type === "allowed_tools") return decodeAllowed(choice.allowed_tools, `${path}.allowed_tools`);
  return { kind: "named", name: nameIn(choice, path) };
}

function decodeAllowed(value: unknown, path: string): ToolChoice {
  const allowed = requireObject(value, path);
  const { mode } = allowed;
  if (mode !== "auto" && mode !== "required") throw invalid(`${path}.mode`, "must be `auto` or `required`.");
  const names = requireList(allowed.tools, `${path}.tools`).map((tool, index) => {
    const at = `${path}.tools.${index}`;
    return nameIn(requireObject(tool, at), at);
  });
  return { kind: "allowed", mode, names };
}

function nameIn(tool: JsonObject, path: string): string {
  if (tool.type !== "function" && tool.type !== "custom") {
    throw invalid(`${path}.type`, "must be `function`, `custom` or, for a choice, `allowed_tools`.");
  }
  const named = requireObject(tool[tool.type], `${path}.${tool.type}`);
  return requireText(named.name, `${path}.${tool.type}.name`);
}

/** Reads the legacy `function_call`. */
export function decodeFunctionCall(value: unknown, path: string): ToolChoice {
  if (value === "auto" || value === "none") return { kind: value };
  if (typeof value === "string") throw invalid(path, "must be `none`, `auto` or an object.");
  return { kind: "named", name: requireText(requireObject(value, path).name, `${path}.name`) };
}

/** Writes `tool_choice`; whether a named tool is a custom one is told by the tools. */
export function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[]): Json {
  const nameOf = (name: string): JsonObject =>
    tools.some((tool) => tool.kind === "custom" && tool.name === name)
      ? { type: "custom", custom: { name } }
      : { type: "function", function: { name } };
  if (choice.kind === "named") return nameOf(choice.name);
  if (choice.kind !== "allowed") return choice.kind;
  return { type: "allowed_tools", allowed_tools: { mode: choice.mode, tools: choice.names.map(nameOf) } };
}
