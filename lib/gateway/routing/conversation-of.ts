import type { Call } from "../call.ts";
import type { Conversation } from "../conversation.ts";
import { CODECS } from "../dialects/registry.ts";
import { oncePerBody } from "../once-per-body.ts";
import { parsedBody } from "../parsed-body.ts";

/** Gives what a call asks, in no dialect's words; it is read once. Refuses with 400 what its dialect does not allow. */
export const conversationOf = oncePerBody(
  (call: Call): Conversation => CODECS[call.endpoint.dialect].decodeRequest(parsedBody(call)),
);
