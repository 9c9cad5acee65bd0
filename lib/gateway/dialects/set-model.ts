import type { JsonObject } from "#lib/gateway/conversation";
import { editJson } from "#lib/gateway/json-edit";
import { parseExact } from "#lib/gateway/json-exact";
import { type JsonMember, memberOf, textOf } from "#lib/gateway/json-scan";
import type { ChunkPatcher } from "./passage.ts";
import { objectIn } from "./read.ts";

/** Puts a name in the place of the one a top-level member holds; leaves the bytes alone where there is none. */
export function setModel(
  bytes: Uint8Array,
  members: readonly JsonMember[],
  { name, value }: { readonly name: string; readonly value: string | undefined },
): Uint8Array {
  if (value === undefined || memberOf(members, name) === undefined) return bytes;
  return editJson(bytes, members, { set: new Map([[name, value]]) });
}

type Place = {
  /** The start of the types of events that name the model. */
  readonly event: string;
  /** The object in such an event whose `model` it is. */
  readonly object: string;
};

/** Edits the few events of a stream that name the model inside an object of theirs; the others pass untouched. */
export function editModelIn(model: string | undefined, { event, object }: Place): ChunkPatcher {
  if (model === undefined) return (data) => data;
  return (data, { type, ...rest }) => {
    if (typeof type !== "string" || !type.startsWith(event) || objectIn(rest[object]) === undefined) return data;
    const whole = objectIn(parseExact(textOf(data))) ?? {};
    const inner: JsonObject = { ...objectIn(whole[object]), model };
    return Buffer.from(JSON.stringify({ ...whole, [object]: inner }));
  };
}
