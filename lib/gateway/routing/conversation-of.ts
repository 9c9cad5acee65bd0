import type { Call } from "../call.ts";
import type { Conversation } from "../conversation.ts";
import { CODECS } from "../dialects/registry.ts";
import { parsedBody } from "../parsed-body.ts";

const READ = new WeakMap<Uint8Array, Conversation>();

/** Gives what a call asks, in no dialect's words; it is read once. Refuses with 400 what its dialect does not allow. */
export function conversationOf(call: Call): Conversation {
  const known = READ.get(call.bytes);
  if (known !== undefined) return known;
  const conversation = CODECS[call.endpoint.dialect].decodeRequest(parsedBody(call));
  READ.set(call.bytes, conversation);
  return conversation;
}
