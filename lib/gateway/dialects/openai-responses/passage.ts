import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";
import { bytesIn, type ChunkView, NOTHING_SAID, type Passage } from "#lib/gateway/dialects/passage";
import { countIn, objectIn } from "#lib/gateway/dialects/read";
import { isArray, memberOf, parseMember } from "#lib/gateway/json-scan";
import { createResponseEditor, editResponse } from "./edit-response.ts";
import { encodeError, errorEventOf } from "./encode-error.ts";
import { patchRequest } from "./passed-request.ts";
import { readUsage } from "./read-usage.ts";

/** OpenAI's Responses between two sides that both speak it. */
export const openAiResponsesPassage: Passage = {
  id: "openai-responses",
  patchRequest,
  forwardedHeaders: [],
  isReply: (bytes, members) => isArray(bytes, memberOf(members, "output")),
  readReplyUsage: (bytes, members) => readUsage(parseMember(bytes, memberOf(members, "usage"))),
  patchReply: editResponse,
  readChunk,
  createPatcher: createResponseEditor,
  mark: undefined,
  encodeError,
  encodeErrorFrame: (error, _requestId, last) =>
    frame(
      { type: "error", sequence_number: (countIn(last.sequence_number) ?? -1) + 1, ...errorEventOf(error) },
      "error",
    ),
};

function readChunk(event: JsonObject): ChunkView {
  const { type } = event;
  if (typeof type !== "string") return NOTHING_SAID;
  if (type === "error") return { ...NOTHING_SAID, error: event.error ?? event };
  if (type === "response.failed")
    return { ...NOTHING_SAID, error: objectIn(event.response)?.error ?? { message: "failed" } };
  if (type === "response.completed" || type === "response.incomplete") {
    const usage = readUsage(objectIn(event.response)?.usage);
    return { ...NOTHING_SAID, hasContent: true, isFinish: true, isEnd: true, usage };
  }
  if (type.endsWith(".delta")) return { ...NOTHING_SAID, hasContent: true, outputBytes: bytesIn(event.delta) };
  return type.startsWith("response.output_item.") ? { ...NOTHING_SAID, hasContent: true } : NOTHING_SAID;
}
