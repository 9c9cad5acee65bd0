import { editJson } from "#lib/gateway/json-edit";
import { type JsonMember, scanMembers } from "#lib/gateway/json-scan";

export type ReplyEdits = {
  /** The name to show instead of the upstream's own, where the two differ. */
  readonly model: string | undefined;
  /** Takes `usage` out, for a stream whose caller did not ask for it. */
  readonly withoutUsage: boolean;
};

const USAGE = ["usage"];
const NONE: readonly string[] = [];

/** Edits the JSON bytes of a reply or of one chunk, whose members may be known already; the same bytes when there is nothing to edit. */
export function patchReply(bytes: Uint8Array, edits: ReplyEdits, known?: readonly JsonMember[]): Uint8Array {
  if (edits.model === undefined && !edits.withoutUsage) return bytes;
  const members = known ?? scanMembers(bytes);
  if (members === undefined) return bytes;
  const named = edits.model !== undefined && members.some((member) => member.name === "model");
  const set = named ? new Map([["model", edits.model]]) : undefined;
  return editJson(bytes, members, { set, drop: edits.withoutUsage ? USAGE : NONE });
}
