import { numberIn, objectIn } from "#lib/gateway/dialects/read";

const DEPTH_MAX = 12;
const NODES_MAX = 1_000;
const CHARS_MAX = 64 * 1024;
const ITEMS_MAX = 8;
const REFERENCE_CHARS_MAX = 1_024;

type Rules = Readonly<Record<string, unknown>>;
/** What may still be written: a schema of a few bytes can ask for an example of any size. */
type Room = { nodes: number; chars: number };
type Place = { readonly root: unknown; readonly depth: number; readonly room: Room };

/**
 * Gives a small value that fits a JSON schema: deterministic, required members only, first of each choice. Past a depth of
 * 12, a thousand values or 64 Ki characters what is left is `{}`.
 */
export const exampleOf = (schema: unknown): unknown =>
  exampleAt(schema, { root: schema, depth: 0, room: { nodes: NODES_MAX, chars: CHARS_MAX } });

function exampleAt(schema: unknown, place: Place): unknown {
  const rules = objectIn(schema);
  if (place.room.nodes-- <= 0 || rules === undefined || place.depth > DEPTH_MAX) return {};
  if ("const" in rules) return copyOf(rules.const, place.room);
  if (Array.isArray(rules.enum)) return copyOf(rules.enum[0], place.room);
  const below = { ...place, depth: place.depth + 1 };
  if (typeof rules.$ref === "string") return exampleAt(definitionOf(rules.$ref, place.root), below);
  const choice = [rules.anyOf, rules.oneOf, rules.allOf].find((list) => Array.isArray(list) && list.length > 0);
  return Array.isArray(choice) ? exampleAt(choice[0], below) : exampleOfType(rules, below);
}

function exampleOfType(rules: Rules, below: Place): unknown {
  switch (Array.isArray(rules.type) ? rules.type[0] : rules.type) {
    case "string":
      return textOf("sandbox".padEnd(Math.min(CHARS_MAX, numberIn(rules.minLength) ?? 0), "x"), below.room);
    case "number":
    case "integer":
      return Math.ceil(numberIn(rules.minimum) ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return Array.from({ length: Math.min(ITEMS_MAX, numberIn(rules.minItems) ?? 1) }, () =>
        exampleAt(rules.items, below),
      );
    default:
      return exampleOfObject(rules, below);
  }
}

function exampleOfObject(rules: Rules, below: Place): unknown {
  const properties = objectIn(rules.properties) ?? {};
  const required = Array.isArray(rules.required) ? rules.required : Object.keys(properties);
  const members: [string, unknown][] = [];
  for (const name of required.slice(0, NODES_MAX)) {
    if (typeof name === "string" && takes(name, below.room)) members.push([name, exampleAt(properties[name], below)]);
  }
  return Object.fromEntries(members);
}

/** A value that the schema gives itself, as far as there is room. */
function copyOf(value: unknown, room: Room): unknown {
  if (room.nodes-- <= 0) return {};
  if (typeof value === "string") return textOf(value, room);
  if (Array.isArray(value)) return value.slice(0, NODES_MAX).map((one) => copyOf(one, room));
  const object = objectIn(value);
  if (object === undefined) return value ?? null;
  const members = Object.entries(object).slice(0, NODES_MAX);
  return Object.fromEntries(
    members.filter(([name]) => takes(name, room)).map(([name, one]) => [name, copyOf(one, room)]),
  );
}

const textOf = (text: string, room: Room): unknown => (takes(text, room) ? text : {});

function takes(text: string, room: Room): boolean {
  const fits = text.length <= room.chars;
  if (fits) room.chars -= text.length;
  return fits;
}

function definitionOf(reference: string, root: unknown): unknown {
  if (reference.length > REFERENCE_CHARS_MAX) return undefined;
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  return path.reduce<unknown>(
    (value, step) => objectIn(value)?.[step.replaceAll("~1", "/").replaceAll("~0", "~")],
    root,
  );
}
