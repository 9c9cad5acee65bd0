import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";
import { bytesIn, type ChunkView, choicesTo, NOTHING_SAID, type Passage } from "#lib/gateway/dialects/passage";
import { listIn, objectIn } from "#lib/gateway/dialects/read";
import { setModel } from "#lib/gateway/dialects/set-model";
import { memberOf, parseMember, scanTrusted } from "#lib/gateway/json-scan";
import { encodeError } from "./encode-error.ts";
import { readUsage } from "./read-usage.ts";

const MODEL = "modelVersion";

/** Google's generateContent between two sides that both speak it. The model stands in the URL, so the request is never edited. */
export const geminiPassage: Passage = {
  id: "gemini",
  patchRequest: (call) => call.bytes,
  forwardedHeaders: [],
  // A prompt that was blocked is answered without candidates.
  isReply: (_bytes, members) => ["candidates", "promptFeedback"].some((name) => memberOf(members, name) !== undefined),
  readReplyUsage: (bytes, members) => readUsage(parseMember(bytes, memberOf(members, "usageMetadata"))),
  outputBytesIn: (reply) => readChunk(reply).outputBytes,
  patchReply: (bytes, { model }, members) => setModel(bytes, members, { name: MODEL, value: model }),
  readChunk,
  createPatcher: ({ model }) =>
    model === undefined
      ? (data) => data
      : (data) => setModel(data, scanTrusted(data) ?? [], { name: MODEL, value: model }),
  mark: undefined,
  encodeError,
  encodeErrorFrame: (error, requestId) => frame(encodeError(error, requestId)),
};

function readChunk(chunk: JsonObject): ChunkView {
  if (chunk.error) return { ...NOTHING_SAID, error: chunk.error };
  const candidates = listIn(chunk.candidates).map((raw) => objectIn(raw) ?? {});
  const isBlocked = objectIn(chunk.promptFeedback)?.blockReason !== undefined;
  const finished = candidates.filter(({ finishReason }) => typeof finishReason === "string");
  const finishes = isBlocked ? 1 : finished.length;
  const parts = candidates.flatMap(({ content }) => listIn(objectIn(content)?.parts)).map((raw) => objectIn(raw) ?? {});
  const outputBytes = parts.reduce((sum, part) => sum + bytesOfPart(part), 0);
  return {
    ...NOTHING_SAID,
    hasContent: parts.length > 0 || finishes > 0,
    finishes,
    choicesMin: candidates.reduce((most, { index }) => Math.max(most, choicesTo(index)), 1),
    outputBytes,
    usage: readUsage(chunk.usageMetadata),
    usageKind: "running",
  };
}

function bytesOfPart(part: JsonObject): number {
  const call = objectIn(part.functionCall);
  return bytesIn(part.text) + (call ? bytesIn(call.name) + bytesIn(JSON.stringify(call.args ?? {})) : 0);
}
