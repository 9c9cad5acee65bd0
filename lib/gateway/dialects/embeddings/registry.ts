import type { DialectId } from "#lib/gateway/conversation";
import type { EmbeddingCodec } from "./embedding.ts";
import { geminiEmbeddings } from "./gemini.ts";
import { openAiEmbeddings } from "./openai.ts";

/** The dialects that have vectors. */
export const EMBEDDING_CODECS: Readonly<Partial<Record<DialectId, EmbeddingCodec>>> = {
  "openai-chat": openAiEmbeddings,
  gemini: geminiEmbeddings,
};
