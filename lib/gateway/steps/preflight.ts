import type { GatewayReply, GatewayRequest } from "../request.ts";

const METHODS = "GET, POST, DELETE, OPTIONS";
const DAY_S = "86400";
/** What a browser's script may read of an answer. */
const EXPOSED =
  "x-request-id, request-id, retry-after, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, " +
  "x-ratelimit-reset-requests, x-switchyard-model, x-switchyard-provider, x-switchyard-attempts, x-switchyard-cache, " +
  "x-switchyard-cost, x-switchyard-dropped, x-switchyard-estimated, openai-processing-ms, " +
  "anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, anthropic-ratelimit-requests-reset";

/** Answers a browser's question whether it may call at all. Any page may: what counts is the key, and no cookie is ever read. */
export function preflight(request: GatewayRequest): GatewayReply {
  const asked = request.header("access-control-request-headers");
  return {
    status: 204,
    headers: {
      "x-request-id": request.id,
      "access-control-allow-origin": "*",
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": asked ?? "authorization, content-type",
      "access-control-max-age": DAY_S,
      vary: "access-control-request-headers",
    },
    body: new Uint8Array(0),
    onClose: () => undefined,
  };
}

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED };
/** No headers at all. */
export const NONE: Readonly<Record<string, string>> = {};

/** Headers that let a page's script read the answer; only browsers send an origin. */
export const corsHeaders = (request: GatewayRequest): Readonly<Record<string, string>> =>
  request.header("origin") === undefined ? NONE : CORS;
