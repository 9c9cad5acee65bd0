import type { Call } from "../call.ts";
import { elementsIn } from "../json-list.ts";
import { isArray, memberOf, scanMembers } from "../json-scan.ts";

const NOTHING = new Uint8Array(0);
const QUOTE = 0x22;
const USER_SAYS = Buffer.from('{"type":"message","role":"user","content":');
const CLOSE = Buffer.from("}");

type Body = Pick<Call, "bytes" | "members">;

/** Gives the items of a call's `input` without brackets, as they came; a bare text is one message of the user. */
export function inputItems({ bytes, members }: Body): Uint8Array {
  const input = memberOf(members, "input");
  if (input === undefined) return NOTHING;
  if (isArray(bytes, input)) return elementsIn(bytes, members, "input");
  if (bytes[input.valueStart] !== QUOTE) return NOTHING;
  return Buffer.concat([USER_SAYS, bytes.subarray(input.valueStart, input.valueEnd), CLOSE]);
}

/** Gives a call with another `input`, a list as JSON; no other byte of it changes. */
export function withInput(call: Call, list: Uint8Array): Call {
  const { bytes, members } = call;
  const input = memberOf(members, "input");
  const changed = input ? replaced(bytes, input, list) : inserted(bytes, members[0]?.keyStart ?? 1, list);
  return { ...call, bytes: changed, members: scanMembers(changed) ?? [] };
}

type Span = { readonly valueStart: number; readonly valueEnd: number };

const replaced = (bytes: Uint8Array, { valueStart, valueEnd }: Span, list: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, valueStart), list, bytes.subarray(valueEnd)]);

const inserted = (bytes: Uint8Array, at: number, list: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from('"input":'), list, Buffer.from(","), bytes.subarray(at)]);
