import type { Codec } from "#lib/gateway/dialects/codec";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { createStreamDecoder } from "./decode-stream.ts";
import { encodeReply } from "./encode-reply.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { DIALECT } from "./fields.ts";
import { STOPS_MAX } from "./generation.ts";
import { readUsage } from "./read-usage.ts";

/** Filters, bookkeeping and hints: another dialect may leave them out and the answer means the same. */
const HARMLESS: ReadonlySet<string> = new Set([
  "safetySettings",
  "labels",
  "store",
  "toolConfig.functionCallingConfig.mode",
  "generationConfig.mediaResolution",
  "generationConfig.audioTimestamp",
  "generationConfig.enableEnhancedCivicAnswers",
  "generationConfig.routingConfig",
  "generationConfig.logprobs",
  // Of a function declaration: what its result looks like.
  "response",
  "responseJsonSchema",
  "behavior",
  // Of a part or what stands in it.
  "thoughtSignature",
  "mediaResolution",
  "partMetadata",
  "inlineData.displayName",
  "fileData.displayName",
  "functionCall.willContinue",
  "functionResponse.willContinue",
  "functionResponse.scheduling",
]);

/** Google's `generateContent` and `streamGenerateContent`. */
export const geminiCodec: Codec = {
  id: DIALECT,
  stopsMax: STOPS_MAX,
  harmlessExtras: HARMLESS,
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  readUsage,
};
