import type { OwnEndpoint } from "./endpoint.ts";

const list = { name: "models.list", scope: "models", method: "GET", operation: null } as const;
const retrieve = { ...list, name: "models.retrieve" } as const;

const LIST = /^\/v1\/models$/;
/** An id may hold slashes. */
const ONE = /^\/v1\/models\/(.+)$/;

/** OpenAI and Anthropic have their lists at one URL; only Anthropic's clients say a version of their API. */
const isMeantBy: OwnEndpoint["isMeantBy"] = (header) => header("anthropic-version") !== undefined;

/** `GET /v1/models`. */
export const listModels: OwnEndpoint = { ...list, dialect: "openai-chat", pattern: LIST };

/** `GET /v1/models/{id}`. */
export const retrieveModel: OwnEndpoint = { ...retrieve, dialect: "openai-chat", pattern: ONE };

/** `GET /v1/models`, Anthropic's. */
export const listAnthropicModels: OwnEndpoint = { ...list, dialect: "anthropic-messages", pattern: LIST, isMeantBy };

/** `GET /v1/models/{id}`, Anthropic's. */
export const retrieveAnthropicModel: OwnEndpoint = {
  ...retrieve,
  dialect: "anthropic-messages",
  pattern: ONE,
  isMeantBy,
};

/** `GET /v1beta/models`, Gemini's. */
export const listGeminiModels: OwnEndpoint = { ...list, dialect: "gemini", pattern: /^\/v1beta\/models$/ };

/** `GET /v1beta/models/{id}`; what ends in a verb, as `:generateContent`, is a call of that model. An id may hold colons. */
export const retrieveGeminiModel: OwnEndpoint = {
  ...retrieve,
  dialect: "gemini",
  pattern: /^\/v1beta\/models\/(?!.*:[a-z]+[A-Z][A-Za-z]*$).+$/,
};
