import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { countContentTokens, countMessageTokens } from "./count-tokens.ts";
import { batchEmbedContents, embedContent } from "./embed-content.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { generateContent, streamGenerateContent } from "./generate-content.ts";
import { messages } from "./messages.ts";
import {
  listAnthropicModels,
  listGeminiModels,
  listModels,
  retrieveAnthropicModel,
  retrieveGeminiModel,
  retrieveModel,
} from "./models.ts";
import { moderations } from "./moderations.ts";
import { responses } from "./responses.ts";
import { cancelResponse, deleteResponse, listInputItems, retrieveResponse } from "./stored-responses.ts";

/** Every URL of the API; the most called first. */
export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  messages,
  responses,
  generateContent,
  streamGenerateContent,
  completions,
  embeddings,
  embedContent,
  batchEmbedContents,
  countMessageTokens,
  countContentTokens,
  retrieveResponse,
  listInputItems,
  deleteResponse,
  cancelResponse,
  moderations,
  listAnthropicModels,
  retrieveAnthropicModel,
  listGeminiModels,
  retrieveGeminiModel,
  listModels,
  retrieveModel,
];
