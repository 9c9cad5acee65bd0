import type { Codec } from "../codec.ts";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { createStreamDecoder } from "./decode-stream.ts";
import { encodeReply } from "./encode-reply.ts";
import { encodeRequest, STOPS_MAX } from "./encode-request.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { readUsage } from "./usage.ts";

/** OpenAI's chat completions, and what its many imitators have added to them. */
export const openAiChatCodec: Codec = {
  id: "openai-chat",
  stopsMax: STOPS_MAX,
  harmlessExtras: new Set([
    "logit_bias",
    "store",
    "user",
    "prediction",
    "prompt_cache_retention",
    "prompt_cache_options",
    "prompt_cache_breakpoint",
    "cache_control",
    "include_reasoning",
    "usage",
    // What the official clients add to an answer, and callers send back with it.
    "parsed",
    "function.parsed_arguments",
  ]),
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  readUsage,
};
