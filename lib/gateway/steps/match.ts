import { AppError } from "#lib/base/errors";
import type { Endpoint } from "../endpoints/endpoint.ts";
import { ENDPOINTS } from "../endpoints/table.ts";
import type { GatewayRequest } from "../request.ts";

const CHAT = ENDPOINTS[0];

/** Finds the endpoint of a call. Refuses with 404 for an unknown URL and 405 for a wrong method. */
export function match(request: GatewayRequest): Endpoint {
  if (CHAT && request.method === CHAT.method && request.path === "/v1/chat/completions") return CHAT;
  const atPath = ENDPOINTS.filter((endpoint) => endpoint.pattern.test(request.path));
  const method = request.method === "HEAD" ? "GET" : request.method;
  const endpoint = atPath.find(({ method: taken, isMeantBy }) => taken === method && (isMeantBy?.(request) ?? true));
  if (endpoint) return endpoint;
  if (atPath.length === 0) throw new AppError("not_found", `Unknown request URL: ${request.method} ${request.path}.`);
  const allowed = [...new Set(atPath.map((candidate) => candidate.method))].join(", ");
  throw new AppError("method_not_allowed", `${request.method} is not allowed here. Allowed: ${allowed}.`, {
    allow: allowed,
  });
}
