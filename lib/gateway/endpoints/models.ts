import type { OwnEndpoint } from "./endpoint.ts";

const list = { name: "models.list", scope: "models", method: "GET", operation: null } as const;
const retrieve = { ...list, name: "models.retrieve" } as const;

/** Three dialects have their lists at one URL; the clients of two say in a header whose they are. */
const isMeantByAnthropic: OwnEndpoint["isMeantBy"] = ({ header }) => header("anthropic-version") !== undefined;
const isMeantByGemini: OwnEndpoint["isMeantBy"] = ({ path, header }) =>
  path.startsWith("/v1beta/") || header("x-goog-api-key") !== undefined;

const LIST = /^\/v1\/models$/;
/** An id may hold slashes. */
const ONE = /^\/v1\/models\/.+$/;

/** `GET /v1/models`. */
export const listModels: OwnEndpoint = { ...list, dialect: "openai-chat", pattern: LIST };

/** `GET /v1/models/{id}`. */
export const retrieveModel: OwnEndpoint = { ...retrieve, dialect: "openai-chat", pattern: ONE };

const anthropic = { dialect: "anthropic-messages", isMeantBy: isMeantByAnthropic } as const;

/** `GET /v1/models`, Anthropic's. */
export const listAnthropicModels: OwnEndpoint = { ...list, ...anthropic, pattern: LIST };

/** `GET /v1/models/{id}`, Anthropic's. */
export const retrieveAnthropicModel: OwnEndpoint = { ...retrieve, ...anthropic, pattern: ONE };

const gemini = { dialect: "gemini", isMeantBy: isMeantByGemini } as const;

/** `GET /v1beta/models`, Gemini's; its newest clients say `v1`. */
export const listGeminiModels: OwnEndpoint = { ...list, ...gemini, pattern: /^\/v1(?:beta)?\/models$/ };

/** `GET /v1beta/models/{id}`; what ends in a verb, as `:generateContent`, is a call of that model. An id may hold colons. */
export const retrieveGeminiModel: OwnEndpoint = {
  ...retrieve,
  ...gemini,
  pattern: /^\/v1(?:beta)?\/models\/(?!.*:[a-z]+[A-Z][A-Za-z]*$).+$/,
};
