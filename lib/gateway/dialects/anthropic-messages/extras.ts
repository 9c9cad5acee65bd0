import type { Extras, ForeignPart, JsonObject } from "#lib/gateway/conversation";
import { objectIn, restOf } from "#lib/gateway/dialects/read";

export const OWN = "anthropic-messages";

/** Gives what an object says beyond the known fields; a null says nothing. */
export function extrasOf(object: JsonObject, known: ReadonlySet<string>): Extras | undefined {
  const said = Object.entries(restOf(object, known) ?? {}).filter(([, value]) => value !== null);
  return said.length === 0 ? undefined : { dialect: OWN, fields: Object.fromEntries(said) };
}

/** Writes this dialect's own extras over an object. */
export const withExtras = (written: JsonObject, extras: Extras | undefined): JsonObject =>
  extras?.dialect === OWN ? { ...written, ...extras.fields } : written;

/** Like `withExtras`, but an extra that is an object is laid into the one already written under its name. */
export function mergeExtras(written: JsonObject, extras: Extras | undefined): JsonObject {
  if (extras?.dialect !== OWN) return written;
  const merged = Object.entries(extras.fields).map(([name, value]) => {
    const [base, more] = [objectIn(written[name]), objectIn(value)];
    return [name, base && more ? { ...base, ...more } : value];
  });
  return { ...written, ...Object.fromEntries(merged) };
}

export const foreignOf = (value: JsonObject): ForeignPart => ({ kind: "foreign", dialect: OWN, value });
