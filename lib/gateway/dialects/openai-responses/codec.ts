import type { Codec } from "#lib/gateway/dialects/codec";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { createStreamDecoder } from "./decode-stream.ts";
import { encodeReply } from "./encode-reply.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { OWN } from "./own.ts";
import { readUsage } from "./read-usage.ts";

/**
 * What may be left out: bookkeeping of the origin, how caches are kept, what is shown beside the
 * answer, and how the model comes to it.
 */
const HARMLESS_EXTRAS: ReadonlySet<string> = new Set([
  "include",
  "stream_options",
  "truncation",
  "top_logprobs",
  "user",
  "phase",
  "reasoning",
  "presence_penalty",
  "frequency_penalty",
  "prompt_cache_breakpoint",
  "prompt_cache_options",
  "prompt_cache_retention",
  "max_tool_calls",
  "detail",
  "output_schema",
  // What Codex tells of itself, and of the turn a message belongs to.
  "client_metadata",
  "internal_chat_message_metadata_passthrough",
  "defer_loading",
  // What the official clients add to an answer, and callers send back with it.
  "parsed",
  "parsed_arguments",
]);

/** OpenAI's Responses API, as callers and as upstreams speak it. It has no stop sequences. */
export const openAiResponsesCodec: Codec = {
  id: OWN,
  stopsMax: 0,
  harmlessExtras: HARMLESS_EXTRAS,
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  readUsage,
};
