import type { DialectId } from "../conversation.ts";

const GEMINI_VERB = /^\/v1\/models\/.+:[a-z]+[A-Z][A-Za-z]*$/;

/** Gives the dialect a URL belongs to, so that what never reaches an endpoint is refused in its caller's words too. */
export function dialectOf(path: string): DialectId {
  if (path.startsWith("/v1beta/") || GEMINI_VERB.test(path)) return "gemini";
  if (path.startsWith("/v1/messages")) return "anthropic-messages";
  return path.startsWith("/v1/responses") ? "openai-responses" : "openai-chat";
}
