import type { OwnEndpoint } from "./endpoint.ts";

const common = { scope: "chat", dialect: "openai-responses", operation: null } as const;

const ONE = /^\/v1\/responses\/[^/]+$/;

/** `GET /v1/responses/{id}`. */
export const retrieveResponse: OwnEndpoint = { ...common, name: "responses.retrieve", method: "GET", pattern: ONE };

/** `DELETE /v1/responses/{id}`. */
export const deleteResponse: OwnEndpoint = { ...common, name: "responses.delete", method: "DELETE", pattern: ONE };

/** `POST /v1/responses/{id}/cancel`. */
export const cancelResponse: OwnEndpoint = {
  ...common,
  name: "responses.cancel",
  method: "POST",
  pattern: /^\/v1\/responses\/[^/]+\/cancel$/,
};

/** `GET /v1/responses/{id}/input_items`. */
export const listInputItems: OwnEndpoint = {
  ...common,
  name: "responses.input_items",
  method: "GET",
  pattern: /^\/v1\/responses\/[^/]+\/input_items$/,
};
