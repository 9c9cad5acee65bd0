import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";
import { bytesIn, type ChunkView, NOTHING_SAID, type Passage } from "#lib/gateway/dialects/passage";
import { countIn, listIn, objectIn } from "#lib/gateway/dialects/read";
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
  outputBytesIn: ({ output }) => bytesOfItems(output),
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
    const outputBytesMin = usage ? 0 : bytesOfItems(objectIn(event.response)?.output);
    return { ...NOTHING_SAID, hasContent: true, finishes: 1, isEnd: true, usage, outputBytesMin };
  }
  if (type.endsWith(".delta")) return { ...NOTHING_SAID, hasContent: true, outputBytes: bytesIn(event.delta) };
  if (!type.startsWith("response.output_item.")) return NOTHING_SAID;
  return { ...NOTHING_SAID, hasContent: true, outputBytesMin: bytesOfItems([event.item ?? null]) };
}

/** Of what is usually told by deltas before, and may not have been. */
const bytesOfItems = (items: unknown): number =>
  listIn(items).reduce<number>((sum, raw) => {
    const item = objectIn(raw);
    const parts = [...listIn(item?.content), ...listIn(item?.summary)].map((part) => objectIn(part));
    const texts = parts.reduce((bytes, part) => bytes + bytesIn(part?.text) + bytesIn(part?.refusal), 0);
    return sum + texts + bytesIn(item?.arguments) + bytesIn(item?.input);
  }, 0);
