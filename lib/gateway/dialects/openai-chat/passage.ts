import type { Passage } from "#lib/gateway/dialects/passage";
import { isArray, memberOf, parseMember } from "#lib/gateway/json-scan";
import { encodeError, encodeErrorFrame } from "./encode-error.ts";
import { createChunkPatcher } from "./patch-chunk.ts";
import { patchReply } from "./patch-reply.ts";
import { patchRequest } from "./patch-request.ts";
import { readChunk } from "./read-chunk.ts";
import { readUsage } from "./usage.ts";

/** OpenAI's chat completions, and its endpoints of the same manners, between two sides that both speak it. */
export const openAiChatPassage: Passage = {
  id: "openai-chat",
  patchRequest,
  forwardedHeaders: [],
  isReply: (bytes, members) => isArray(bytes, memberOf(members, "choices")),
  readReplyUsage: (bytes, members) => readUsage(parseMember(bytes, memberOf(members, "usage"))),
  outputBytesIn: (reply) => readChunk(reply).outputBytes,
  patchReply,
  readChunk,
  createPatcher: createChunkPatcher,
  mark: "[DONE]",
  encodeError,
  encodeErrorFrame,
};
