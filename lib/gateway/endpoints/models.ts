import type { OwnEndpoint } from "./endpoint.ts";

/** `GET /v1/models`. */
export const listModels: OwnEndpoint = {
  name: "models.list",
  scope: "models",
  method: "GET",
  dialect: "openai-chat",
  pattern: /^\/v1\/models$/,
  operation: null,
};

/** `GET /v1/models/{id}`; an id may hold slashes. */
export const retrieveModel: OwnEndpoint = {
  name: "models.retrieve",
  scope: "models",
  method: "GET",
  dialect: "openai-chat",
  pattern: /^\/v1\/models\/(.+)$/,
  operation: null,
};
