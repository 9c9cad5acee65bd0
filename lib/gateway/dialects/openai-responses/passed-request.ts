import type { Call } from "#lib/gateway/call";
import { listIn, objectIn } from "#lib/gateway/dialects/read";
import { editJson } from "#lib/gateway/json-edit";
import { memberOf, parseMember } from "#lib/gateway/json-scan";
import type { Provider } from "#lib/gateway/providers/provider";
import { sendableInput } from "./sendable-input.ts";

const PROOFS = "reasoning.encrypted_content";

/** Edits a request that passes through: the gateway keeps the state itself, so no upstream is asked to. */
export function patchRequest(call: Call, upstreamModel: string, provider: Provider): Uint8Array {
  const input = sendableInput(call.bytes, call.members);
  const include = includeWithProofs(call);
  return editJson(call.bytes, call.members, {
    set: new Map<string, unknown>([
      ["model", upstreamModel],
      ["store", false],
      ...(input ? [["input", input] as const] : []),
      ...(include ? [["include", include] as const] : []),
    ]),
    drop: ["background", "previous_response_id", ...provider.drop],
  });
}

/** Where we store and the upstream does not, thoughts must come with their proofs, or the next turn would start without them. */
function includeWithProofs({ bytes, members, state }: Call): readonly unknown[] | undefined {
  const read = (name: string) => parseMember(bytes, memberOf(members, name));
  const reasoning = state?.isStored ? objectIn(read("reasoning")) : undefined;
  if (reasoning === undefined || reasoning.effort === "none") return undefined;
  const include = listIn(read("include"));
  return include.includes(PROOFS) ? undefined : [...include, PROOFS];
}
