import type { Json, JsonObject } from "#lib/gateway/conversation";

/** Gives the error a chunk carries: as `error`, or as the whole of it, the way vLLM, Mistral, DashScope and FastAPI write one. */
export function errorIn(chunk: JsonObject): Json | undefined {
  if (chunk.error) return chunk.error;
  if (chunk.choices !== undefined) return undefined;
  const isBare = chunk.object === "error" || chunk.detail || (chunk.message && chunk.code);
  return isBare ? chunk : undefined;
}
