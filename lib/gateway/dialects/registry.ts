import type { DialectId } from "../conversation.ts";
import { anthropicMessagesCodec } from "./anthropic-messages/codec.ts";
import { anthropicMessagesPassage } from "./anthropic-messages/passage.ts";
import type { Codec } from "./codec.ts";
import { geminiCodec } from "./gemini/codec.ts";
import { geminiPassage } from "./gemini/passage.ts";
import { openAiChatCodec } from "./openai-chat/codec.ts";
import { openAiChatPassage } from "./openai-chat/passage.ts";
import { openAiResponsesCodec } from "./openai-responses/codec.ts";
import { openAiResponsesPassage } from "./openai-responses/passage.ts";
import type { Passage } from "./passage.ts";

export const CODECS: Readonly<Record<DialectId, Codec>> = {
  "openai-chat": openAiChatCodec,
  "openai-responses": openAiResponsesCodec,
  "anthropic-messages": anthropicMessagesCodec,
  gemini: geminiCodec,
};

export const PASSAGES: Readonly<Record<DialectId, Passage>> = {
  "openai-chat": openAiChatPassage,
  "openai-responses": openAiResponsesPassage,
  "anthropic-messages": anthropicMessagesPassage,
  gemini: geminiPassage,
};
