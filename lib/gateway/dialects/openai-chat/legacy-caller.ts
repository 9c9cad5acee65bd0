import type { JsonObject } from "#lib/gateway/conversation";

/** Whether a caller speaks of `functions`, as before tools: it knows `function_call` only, and one at a time. */
export const isLegacyCaller = (request: JsonObject): boolean =>
  Array.isArray(request.functions) && (request.tools === undefined || request.tools === null);
