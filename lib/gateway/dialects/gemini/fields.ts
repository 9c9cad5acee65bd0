import type { Extras, Json, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";

export const DIALECT = "gemini";

const SNAKE = /_([a-z0-9])/g;

/** Gives the fields of one message by their camelCase names: proto JSON takes both spellings. Values stay as they are. */
export const camelCased = (object: JsonObject): JsonObject =>
  Object.keys(object).some((name) => name.includes("_"))
    ? Object.fromEntries(
        Object.entries(object).map(([name, value]) => [
          name.replace(SNAKE, (_, letter: string) => letter.toUpperCase()),
          value,
        ]),
      )
    : object;

/** Gives a repeated field as a list; Google's parser, and its own examples, take a single message for a list of one. */
export function itemsOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Gives the fields that are not known, each named with where it stood, like `generationConfig.speechConfig`. */
export const unread = (object: JsonObject, known: ReadonlySet<string>, prefix = ""): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([name, value]) => !known.has(name) && value !== undefined)
      .map(([name, value]) => [`${prefix}${name}`, value]),
  );

/** Gives what was not read as `extras` of this dialect, or nothing. */
export function extrasOf(...rests: readonly JsonObject[]): { readonly extras?: Extras } {
  const fields: JsonObject = Object.assign({}, ...rests);
  return Object.keys(fields).length === 0 ? {} : { extras: { dialect: DIALECT, fields } };
}

/** Writes extras of this dialect back to where they stood. */
export const withExtras = (body: JsonObject, extras: Extras | undefined): JsonObject =>
  extras?.dialect === DIALECT
    ? withFields(
        body,
        Object.entries(extras.fields).map(([name, value]) => ({ path: name.split("."), value })),
      )
    : body;

type Field = { readonly path: readonly string[]; readonly value: Json | undefined };

function withFields(body: JsonObject, fields: readonly Field[]): JsonObject {
  const whole = fields.flatMap(({ path: [head = "", ...rest], value }) => (rest.length === 0 ? [[head, value]] : []));
  const inner = Map.groupBy(
    fields.filter(({ path }) => path.length > 1),
    ({ path }) => path[0] ?? "",
  );
  const nested = [...inner].map(([head, ones]) => [
    head,
    withFields(
      objectIn(body[head]) ?? {},
      ones.map(({ path, value }) => ({ path: path.slice(1), value })),
    ),
  ]);
  return { ...body, ...Object.fromEntries([...whole, ...nested]) };
}

/** Drops what is undefined: what is absent was not said. */
export function said<T extends object>(fields: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept;
}
