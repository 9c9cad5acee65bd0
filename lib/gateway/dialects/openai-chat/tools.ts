import type { CacheHint, CustomTool, FunctionTool, JsonObject, Tool } from "#lib/gateway/conversation";
import { defined, objectIn, optional, requireBoolean, requireList, requireObject, requireText } from "../read.ts";
import { nestedExtrasOf, withExtras } from "./extras.ts";
import type { LossReport } from "./loss-report.ts";

const DIALECT = "openai-chat";
const TOOL_FIELDS: ReadonlySet<string> = new Set(["type", "function", "cache_control"]);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(["name", "description", "parameters", "strict"]);

/** Reads `tools`. A type we do not know is a tool that the provider runs. */
export const decodeTools = (value: unknown, path: string): readonly Tool[] =>
  requireList(value, path).map((raw, index) => {
    const at = `${path}.${index}`;
    const tool = requireObject(raw, at);
    const type = requireText(tool.type, `${at}.type`);
    if (type === "function") return decodeFunction(tool, at);
    if (type === "custom") return decodeCustom(requireObject(tool.custom, `${at}.custom`), `${at}.custom`);
    return { kind: "server", dialect: DIALECT, name: type, value: tool };
  });

function decodeFunction(tool: JsonObject, path: string): FunctionTool {
  return {
    ...decodeDefinition(requireObject(tool.function, `${path}.function`), `${path}.function`),
    cacheHint: readCacheHint(tool),
    extras: nestedExtrasOf(tool, TOOL_FIELDS, { name: "function", known: FUNCTION_FIELDS }),
  };
}

const decodeDefinition = (named: JsonObject, path: string): FunctionTool => ({
  kind: "function",
  name: requireText(named.name, `${path}.name`),
  description: optional(named.description, `${path}.description`, requireText),
  schema: optional(named.parameters, `${path}.parameters`, requireObject),
  isStrict: optional(named.strict, `${path}.strict`, requireBoolean),
});

const decodeCustom = (custom: JsonObject, path: string): CustomTool => ({
  kind: "custom",
  name: requireText(custom.name, `${path}.name`),
  description: optional(custom.description, `${path}.description`, requireText),
  format: optional(custom.format, `${path}.format`, requireObject),
});

/** Reads the legacy `functions`. */
export const decodeFunctions = (value: unknown, path: string): readonly Tool[] =>
  requireList(value, path).map((raw, index) =>
    decodeDefinition(requireObject(raw, `${path}.${index}`), `${path}.${index}`),
  );

/** Reads a cache hint: `cache_control` as OpenRouter and Qwen take it from Anthropic, or OpenAI's own breakpoint. */
export function readCacheHint(object: JsonObject): CacheHint | undefined {
  const control = objectIn(object.cache_control);
  if (control !== undefined) return control.ttl === "5m" || control.ttl === "1h" ? { ttl: control.ttl } : {};
  return objectIn(object.prompt_cache_breakpoint) === undefined ? undefined : {};
}

/** Writes the tools an upstream of this dialect can be told of. */
export function encodeTools(tools: readonly Tool[], report: LossReport): readonly JsonObject[] {
  const encoded = tools.map((tool, index) => encodeTool(tool, `tools.${index}`, report));
  return encoded.filter((tool) => tool !== undefined);
}

function encodeTool(tool: Tool, path: string, report: LossReport): JsonObject | undefined {
  switch (tool.kind) {
    case "function":
      if (tool.cacheHint !== undefined) report.harmless(`${path}.cacheHint`);
      return withExtras({ type: "function", function: definitionOf(tool) }, tool.extras);
    case "custom":
      return {
        type: "custom",
        custom: defined({ name: tool.name, description: tool.description, format: tool.format }),
      };
    case "server":
      if (tool.dialect === DIALECT) return tool.value;
      report.meaning(path);
      return undefined;
  }
}

const definitionOf = ({ name, description, schema, isStrict }: FunctionTool): JsonObject =>
  defined({ name, description, parameters: schema, strict: isStrict });
