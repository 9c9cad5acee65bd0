import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { ChunkPatcher, ReplyEdits } from "#lib/gateway/dialects/passage";
import { objectIn } from "#lib/gateway/dialects/read";
import { editJson } from "#lib/gateway/json-edit";
import { parseExact } from "#lib/gateway/json-exact";
import { type JsonMember, memberOf, parseMember, textOf } from "#lib/gateway/json-scan";

type Edits = Pick<ReplyEdits, "model" | "echo">;

/** Edits a whole answer that passes through; gives the same bytes where it says all of it already. */
export function editResponse(bytes: Uint8Array, edits: Edits, members: readonly JsonMember[]): Uint8Array {
  const said = (name: string) => parseMember(bytes, memberOf(members, name));
  const set = changesTo(said, edits);
  return set.size === 0 ? bytes : editJson(bytes, members, { set });
}

/** Does the same to the response objects inside the few events of a stream that hold one. */
export const createResponseEditor =
  (edits: Edits): ChunkPatcher =>
  (data, { type, response }) => {
    const given = objectIn(response);
    if (given === undefined || typeof type !== "string" || !type.startsWith("response.")) return data;
    const set = changesTo((name) => given[name], edits);
    if (set.size === 0) return data;
    const whole = objectIn(parseExact(textOf(data))) ?? {};
    const edited: JsonObject = { ...objectIn(whole.response), ...Object.fromEntries(set) };
    return Buffer.from(JSON.stringify({ ...whole, response: edited }));
  };

/** What an answer leaves out is not made up, but for the answer it goes on from. */
function changesTo(said: (name: string) => unknown, { model, echo }: Edits): ReadonlyMap<string, Json> {
  const wanted: [string, Json | undefined][] = [
    ["model", said("model") === undefined ? undefined : model],
    ["store", said("store") === undefined ? undefined : echo?.store],
    ["previous_response_id", echo?.previous_response_id],
  ];
  return new Map(
    wanted.filter((one): one is [string, Json] => one[1] !== undefined && one[1] !== (said(one[0]) ?? null)),
  );
}
