import type { Conversation, FunctionTool, JsonObject, Tool } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import {
  defined,
  optional,
  requireBoolean,
  requireList,
  requireObject,
  requireText,
  textIn,
} from "#lib/gateway/dialects/read";
import { readBase, writeCacheHint } from "./cache-control.ts";
import { OWN, withExtras } from "./extras.ts";
import { blocks, harmless, joined, meaning, nothing, type Written } from "./loss.ts";
import type { ModelTraits } from "./models.ts";

/** Reads the tools: the caller's own, and those that the provider knows by their type. */
export const readTools = (value: unknown): readonly Tool[] =>
  (optional(value, "tools", requireList) ?? []).map((tool, at) => readTool(tool, `tools.${at}`));

const KNOWN = new Set(["type", "name", "description", "input_schema", "strict"]);

function readTool(raw: unknown, path: string): Tool {
  const tool = requireObject(raw, path);
  const type = optional(tool.type, `${path}.type`, requireText) ?? "custom";
  if (type !== "custom") return { kind: "server", dialect: OWN, name: textIn(tool.name) ?? type, value: tool };
  return {
    kind: "function",
    name: requireText(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, requireText),
    schema: requireObject(tool.input_schema, `${path}.input_schema`),
    isStrict: optional(tool.strict, `${path}.strict`, requireBoolean),
    ...readBase(tool, path, KNOWN),
  };
}

/** Writes the tools. Where only some may be called, the others are not offered: the choice has no word for it here. */
export function writeTools(
  { tools, toolChoice }: Pick<Conversation, "tools" | "toolChoice">,
  traits: ModelTraits,
): { readonly tools: readonly JsonObject[]; readonly losses: readonly Loss[] } {
  const names = toolChoice?.kind === "allowed" ? new Set(toolChoice.names) : undefined;
  const written = joined(
    tools.map((tool, at) =>
      names === undefined || names.has(tool.name) ? writeTool(tool, `tools.${at}`, traits) : nothing(),
    ),
  );
  return { tools: written.blocks, losses: written.losses };
}

function writeTool(tool: Tool, path: string, traits: ModelTraits): Written {
  if (tool.kind === "custom") return nothing(meaning(path));
  if (tool.kind === "server") return tool.dialect === OWN ? blocks(tool.value) : nothing(meaning(path));
  const isStrictLost = tool.isStrict !== undefined && !traits.takesSchemas;
  return {
    blocks: [withExtras(functionTool(tool, isStrictLost ? undefined : tool.isStrict), tool.extras)],
    losses: isStrictLost && tool.isStrict ? [harmless(`${path}.isStrict`)] : [],
  };
}

const functionTool = (tool: FunctionTool, strict: boolean | undefined): JsonObject =>
  defined({
    name: tool.name,
    description: tool.description,
    // The API wants a schema with a type even of a tool that takes nothing.
    input_schema: tool.schema?.type === undefined ? { type: "object", ...(tool.schema ?? {}) } : tool.schema,
    strict,
    cache_control: writeCacheHint(tool.cacheHint),
  });
