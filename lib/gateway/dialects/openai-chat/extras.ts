import type { Extras, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "../read.ts";

const DIALECT = "openai-chat";

/** Gives what an object says beyond the known fields. A null says nothing here, as everywhere in this dialect. */
export function extrasOf(object: JsonObject, known: ReadonlySet<string>): Extras | undefined {
  return asExtras(restEntries(object, known));
}

type Nested = { readonly name: string; readonly known: ReadonlySet<string> };

/** The same for an object that holds its own in a second one (`function`, `image_url`); those are named `function.x`. */
export function nestedExtrasOf(object: JsonObject, known: ReadonlySet<string>, nested: Nested): Extras | undefined {
  const inner = objectIn(object[nested.name]) ?? {};
  return asExtras([...restEntries(object, known), ...restEntries(inner, nested.known, `${nested.name}.`)]);
}

/** Writes extras of this dialect back to where they stood; those of another dialect are left alone. */
export function withExtras(object: JsonObject, extras: Extras | undefined): JsonObject {
  if (extras?.dialect !== DIALECT) return object;
  const written = new Map(Object.entries(object));
  for (const [name, value] of Object.entries(extras.fields)) {
    const [outer = "", inner] = name.split(".", 2);
    const nested = objectIn(written.get(outer));
    if (inner === undefined || nested === undefined) written.set(name, value);
    else written.set(outer, { ...nested, [inner]: value });
  }
  return Object.fromEntries(written);
}

/** Whether extras of this dialect hold a field. */
export const extrasHave = (extras: Extras | undefined, name: string): boolean =>
  extras?.dialect === DIALECT && extras.fields[name] !== undefined;

type Entry = readonly [string, JsonObject[string]];

/** Goes by the names: most objects have no others than those that are known. */
function restEntries(object: JsonObject, known: ReadonlySet<string>, prefix = ""): readonly Entry[] {
  const rest: Entry[] = [];
  for (const name of Object.keys(object)) {
    const value = known.has(name) ? undefined : object[name];
    if (value !== undefined && value !== null) rest.push([prefix + name, value]);
  }
  return rest;
}

const asExtras = (entries: readonly Entry[]): Extras | undefined =>
  entries.length === 0 ? undefined : { dialect: DIALECT, fields: Object.fromEntries(entries) };
