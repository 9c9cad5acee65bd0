import { NO_USAGE } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";
import { bytesIn, type ChunkView, NOTHING_SAID, type Passage } from "#lib/gateway/dialects/passage";
import { countIn, listIn, objectIn } from "#lib/gateway/dialects/read";
import { editModelIn, setModel } from "#lib/gateway/dialects/set-model";
import { isArray, memberOf, parseMember } from "#lib/gateway/json-scan";
import { encodeError } from "./encode-error.ts";
import { readUsage } from "./read-usage.ts";

/** Anthropic's Messages between two sides that both speak it. */
export const anthropicMessagesPassage: Passage = {
  id: "anthropic-messages",
  patchRequest: (call, upstreamModel) => setModel(call.bytes, call.members, { name: "model", value: upstreamModel }),
  forwardedHeaders: ["anthropic-version", "anthropic-beta"],
  isReply: (bytes, members) => isArray(bytes, memberOf(members, "content")),
  readReplyUsage: (bytes, members) => readUsage(parseMember(bytes, memberOf(members, "usage"))),
  outputBytesIn: ({ content }) =>
    listIn(content).reduce<number>((sum, block) => sum + bytesOfBlock(objectIn(block)), 0),
  patchReply: (bytes, { model }, members) => setModel(bytes, members, { name: "model", value: model }),
  readChunk,
  createPatcher: ({ model }) => editModelIn(model, { event: "message_start", object: "message" }),
  mark: undefined,
  encodeError,
  encodeErrorFrame: (error, requestId) => frame(encodeError(error, requestId), "error"),
};

function readChunk(event: JsonObject): ChunkView {
  switch (event.type) {
    case "message_start":
      return { ...NOTHING_SAID, usage: readUsage(objectIn(event.message)?.usage), usageKind: "start" };
    case "content_block_start":
      return withBytes(objectIn(event.content_block), true);
    case "content_block_delta":
      return withText(objectIn(event.delta));
    case "message_delta":
      return { ...NOTHING_SAID, hasContent: true, finishes: isFinish(event) ? 1 : 0, ...deltaUsage(event) };
    case "message_stop":
      return { ...NOTHING_SAID, hasContent: true, finishes: 1, isEnd: true };
    case "error":
      return { ...NOTHING_SAID, error: event.error ?? event };
    default:
      return NOTHING_SAID;
  }
}

const isFinish = (event: JsonObject) => typeof objectIn(event.delta)?.stop_reason === "string";

const withBytes = (piece: JsonObject | undefined, hasContent: boolean): ChunkView => ({
  ...NOTHING_SAID,
  hasContent,
  outputBytes: bytesOfPiece(piece),
});

const bytesOfPiece = (piece: JsonObject | undefined) =>
  bytesIn(piece?.text) + bytesIn(piece?.thinking) + bytesIn(piece?.partial_json) + bytesIn(piece?.name);

const bytesOfBlock = (block: JsonObject | undefined) =>
  bytesOfPiece(block) + (block?.input === undefined ? 0 : bytesIn(JSON.stringify(block.input)));

/** A delta that is nothing but text, most of them, says so. */
function withText(delta: JsonObject | undefined): ChunkView {
  const view = withBytes(delta, true);
  const { type, text } = delta ?? {};
  return type === "text_delta" && typeof text === "string" ? { ...view, text: { name: "text", value: text } } : view;
}

/** The closing usage is cumulative, and may leave out the input that the start has said, or what of it the cache gave. */
function deltaUsage({ usage }: JsonObject): Pick<ChunkView, "usage" | "usageKind"> {
  const outputTokens = countIn(objectIn(usage)?.output_tokens);
  if (outputTokens === undefined) return { usage: undefined, usageKind: "rest" };
  const whole = readUsage(usage);
  return { usage: whole ?? { ...NO_USAGE, outputTokens }, usageKind: whole && saysCache(usage) ? "whole" : "rest" };
}

const saysCache = (usage: unknown) => {
  const { cache_read_input_tokens: read, cache_creation_input_tokens: written } = objectIn(usage) ?? {};
  return typeof read === "number" && typeof written === "number";
};
