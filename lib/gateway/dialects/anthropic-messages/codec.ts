import type { Codec } from "#lib/gateway/dialects/codec";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { createStreamDecoder } from "./decode-stream.ts";
import { encodeReply } from "./encode-reply.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { OWN } from "./extras.ts";
import { readUsage } from "./read-usage.ts";

/** Anthropic's Messages dialect, on either side. */
export const anthropicMessagesCodec: Codec = {
  id: OWN,
  stopsMax: Number.POSITIVE_INFINITY,
  harmlessExtras: new Set([
    // Of requests: caching, routing, diagnostics, billing and Anthropic's own watch over the caller's tools, and edits
    // that only make the context smaller.
    "cache_control",
    "context_management",
    "anthropic_beta",
    "anthropic_version",
    "betas",
    "diagnostics",
    "fallbacks",
    "metadata",
    "safeguards",
    "speed",
    "thinking",
    "user_profile_id",
    // Of a composed document: its text is carried.
    "source",
    // Of tool calls and tools: who may call, when they load, how they stream, examples of calls.
    "caller",
    "allowed_callers",
    "defer_loading",
    "eager_input_streaming",
    "input_examples",
  ]),
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  readUsage,
};
