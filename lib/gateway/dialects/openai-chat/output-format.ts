import type { JsonObject, OutputFormat } from "#lib/gateway/conversation";
import { defined, optional, requireBoolean, requireObject, requireText } from "../read.ts";

/** Reads `response_format`; nothing where its type is not OpenAI's (a grammar of vLLM, say), which stays an extra. */
export function decodeOutputFormat(format: JsonObject): OutputFormat | undefined {
  const type = requireText(format.type, "response_format.type");
  if (type === "text") return { kind: "text" };
  if (type === "json_object") return { kind: "json" };
  return type === "json_schema" ? decodeSchema(format.json_schema) : undefined;
}

function decodeSchema(value: unknown): OutputFormat {
  const path = "response_format.json_schema";
  const named = requireObject(value, path);
  return {
    kind: "json-schema",
    name: requireText(named.name, `${path}.name`),
    description: optional(named.description, `${path}.description`, requireText),
    schema: optional(named.schema, `${path}.schema`, requireObject) ?? {},
    isStrict: optional(named.strict, `${path}.strict`, requireBoolean),
  };
}

/** Writes `response_format`. */
export function encodeOutputFormat(output: OutputFormat): JsonObject {
  if (output.kind === "text") return { type: "text" };
  if (output.kind === "json") return { type: "json_object" };
  const { name, description, schema, isStrict } = output;
  return { type: "json_schema", json_schema: defined({ name, description, schema, strict: isStrict }) };
}
