import type { FunctionTool, JsonObject, Tool, ToolChoice } from "#lib/gateway/conversation";
import {
  defined,
  invalid,
  optional,
  requireBoolean,
  requireList,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { extrasOf, OWN, ownFields } from "./own.ts";

const FUNCTION_FIELDS = new Set(["type", "name", "description", "parameters", "strict"]);
const CUSTOM_FIELDS = new Set(["type", "name", "description", "format"]);

/** The dialect requires a schema; this is that of a tool that takes nothing. */
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** Reads the tools a model may call. */
export const readTools = (tools: unknown): readonly Tool[] =>
  (optional(tools, "tools", requireList) ?? []).map((entry, at) => {
    const path = `tools.${at}`;
    const tool = requireObject(entry, path);
    const type = requireText(tool.type, `${path}.type`);
    if (type === "function") return readFunction(tool, path);
    const isCustom = type === "custom" && extrasOf(tool, CUSTOM_FIELDS) === undefined;
    return isCustom ? readCustom(tool, path) : { kind: "server", dialect: OWN, name: type, value: tool };
  });

function readFunction(tool: JsonObject, path: string): FunctionTool {
  const description = optional(tool.description, `${path}.description`, requireText);
  const schema = optional(tool.parameters, `${path}.parameters`, requireObject);
  const isStrict = optional(tool.strict, `${path}.strict`, requireBoolean);
  const extras = extrasOf(tool, FUNCTION_FIELDS);
  return {
    kind: "function",
    name: requireText(tool.name, `${path}.name`),
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    ...(isStrict === undefined ? { extras: extras ?? { dialect: OWN, fields: {} } } : { isStrict }),
    ...(extras ? { extras } : {}),
  };
}

function readCustom(tool: JsonObject, path: string): Tool {
  const description = optional(tool.description, `${path}.description`, requireText);
  const format = optional(tool.format, `${path}.format`, requireObject);
  return {
    kind: "custom",
    name: requireText(tool.name, `${path}.name`),
    ...(description === undefined ? {} : { description }),
    ...(format === undefined ? {} : { format }),
  };
}

/** Writes the tools that this dialect has. */
export const writeTools = (tools: readonly Tool[]): readonly JsonObject[] =>
  tools.flatMap((tool) => {
    if (tool.kind === "function") return [writeFunction(tool)];
    if (tool.kind === "server") return tool.dialect === OWN ? [tool.value] : [];
    const { name, description, format } = tool;
    return [defined({ type: "custom", name, description, format })];
  });

const writeFunction = ({ name, description, schema, isStrict, extras }: FunctionTool): JsonObject =>
  defined({
    type: "function",
    name,
    description,
    parameters: schema ?? NO_PARAMETERS,
    // Where `strict` is not said this API makes every parameter required, all others leave the schema alone. A tool
    // that came in this dialect without it bears extras, be they empty, and keeps that default.
    strict: isStrict ?? (extras?.dialect === OWN ? undefined : false),
    ...ownFields(extras),
  });

/** Reads which tools may be called; nothing for a choice that no other dialect has. */
export function readToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === "auto" || choice === "none" || choice === "required") return { kind: choice };
  const object = requireObject(choice, "tool_choice");
  const type = requireText(object.type, "tool_choice.type");
  if (isCallable(type)) return { kind: "named", name: requireText(object.name, "tool_choice.name") };
  return type === "allowed_tools" ? readAllowed(object) : undefined;
}

function readAllowed({ mode, tools }: JsonObject): ToolChoice | undefined {
  const allowed = requireList(tools, "tool_choice.tools").map((entry, at) =>
    requireObject(entry, `tool_choice.tools.${at}`),
  );
  if (!allowed.every(({ type, name }) => isCallable(type) && typeof name === "string")) return undefined;
  const names = allowed.map(({ name }, at) => requireText(name, `tool_choice.tools.${at}.name`));
  if (mode !== "auto" && mode !== "required") throw invalid("tool_choice.mode", "must be `auto` or `required`.");
  return { kind: "allowed", mode, names };
}

const isCallable = (type: unknown) => type === "function" || type === "custom";

/** Writes which tools may be called. */
export function writeToolChoice(choice: ToolChoice, tools: readonly Tool[]): string | JsonObject {
  const custom = new Set(tools.flatMap((tool) => (tool.kind === "custom" ? [tool.name] : [])));
  const choiceOf = (name: string): JsonObject => ({ type: custom.has(name) ? "custom" : "function", name });
  if (choice.kind === "named") return choiceOf(choice.name);
  if (choice.kind !== "allowed") return choice.kind;
  return { type: "allowed_tools", mode: choice.mode, tools: choice.names.map(choiceOf) };
}
