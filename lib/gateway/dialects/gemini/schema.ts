import type { Json, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { camelCased } from "./fields.ts";

const MAPS: ReadonlySet<string> = new Set(["properties", "defs", "$defs", "definitions", "patternProperties"]);
const LISTS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const SINGLE: ReadonlySet<string> = new Set(["items", "additionalProperties", "not"]);
/** Counts are int64 in Google's schema, which proto JSON writes as text. */
const COUNTS: ReadonlySet<string> = new Set([
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
]);

/** Gives Google's schema (OpenAPI 3.0 with types like `STRING`) as JSON Schema. Examples, defaults and choices stay as they are. */
export function toJsonSchema(schema: JsonObject): JsonObject {
  const { nullable, ...fields } = camelCased(schema);
  const entries = Object.entries(fields)
    .map(([name, value]): [string, Json | undefined] => [name, fieldOf(name, value)])
    .filter(([, value]) => value !== undefined);
  const converted: JsonObject = Object.fromEntries(entries);
  return nullable === true ? orNull(converted) : converted;
}

function fieldOf(name: string, value: Json | undefined): Json | undefined {
  if (name === "type") return typeOf(value);
  if (COUNTS.has(name) && typeof value === "string" && /^\d{1,15}$/.test(value)) return Number(value);
  if (SINGLE.has(name)) return inner(value);
  if (LISTS.has(name) && Array.isArray(value)) return value.map(inner);
  const map = MAPS.has(name) ? objectIn(value) : undefined;
  return map ? Object.fromEntries(Object.entries(map).map(([key, one]) => [key, inner(one ?? null)])) : value;
}

function inner<T extends Json | undefined>(value: T): T | JsonObject {
  const schema = objectIn(value);
  return schema ? toJsonSchema(schema) : value;
}

function typeOf(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((one: Json) => typeOf(one) ?? one);
  if (value === "TYPE_UNSPECIFIED") return undefined;
  return typeof value === "string" ? value.toLowerCase() : value;
}

function orNull(schema: JsonObject): JsonObject {
  if (schema.type === undefined)
    return Array.isArray(schema.anyOf) ? { ...schema, anyOf: [...schema.anyOf, { type: "null" }] } : schema;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const withNull = (list: readonly Json[], nothing: Json) => (list.includes(nothing) ? list : [...list, nothing]);
  return {
    ...schema,
    type: withNull(types, "null"),
    ...(Array.isArray(schema.enum) ? { enum: withNull(schema.enum, null) } : {}),
  };
}
