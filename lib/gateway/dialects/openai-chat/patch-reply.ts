import type { ReplyEdits } from "#lib/gateway/dialects/passage";
import { editJson } from "#lib/gateway/json-edit";
import { type JsonMember, scanTrusted } from "#lib/gateway/json-scan";

const USAGE = ["usage"];
const NONE: readonly string[] = [];

/** Edits the JSON bytes of a reply or of one chunk, whose members may be known already; the same bytes when there is nothing to edit. */
export function patchReply(bytes: Uint8Array, edits: ReplyEdits, known?: readonly JsonMember[]): Uint8Array {
  if (edits.model === undefined && !edits.withoutUsage) return bytes;
  const members = known ?? scanTrusted(bytes);
  if (members === undefined) return bytes;
  const named = edits.model !== undefined && members.some((member) => member.name === "model");
  const set = named ? new Map([["model", edits.model]]) : undefined;
  return editJson(bytes, members, { set, drop: edits.withoutUsage ? USAGE : NONE });
}
