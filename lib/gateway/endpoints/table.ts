import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { generateContent, streamGenerateContent } from "./generate-content.ts";
import { messages } from "./messages.ts";
import { listModels, retrieveModel } from "./models.ts";
import { moderations } from "./moderations.ts";
import { responses } from "./responses.ts";

/** Every URL of the API; the most called first. */
export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  messages,
  responses,
  generateContent,
  streamGenerateContent,
  completions,
  embeddings,
  moderations,
  listModels,
  retrieveModel,
];
