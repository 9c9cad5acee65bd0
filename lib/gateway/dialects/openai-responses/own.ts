import type { DialectId, Extras, JsonObject } from "#lib/gateway/conversation";
import { restOf } from "#lib/gateway/dialects/read";

/** This dialect's name, as extras, proofs and foreign parts bear it. */
export const OWN = "openai-responses" as const satisfies DialectId;

/** Gives what was said beyond the named fields, or nothing; a null says as much as an absent field. */
export function extrasOf(object: JsonObject, known: ReadonlySet<string>): Extras | undefined {
  const said = Object.entries(restOf(object, known) ?? {}).filter(([, value]) => value !== null);
  return said.length === 0 ? undefined : { dialect: OWN, fields: Object.fromEntries(said) };
}

/** Gives the fields to write back as they came: those of our own dialect. */
export const ownFields = (extras: Extras | undefined): JsonObject => (extras?.dialect === OWN ? extras.fields : {});
