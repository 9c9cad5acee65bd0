import { classifyByStatus } from "../openai-compatible/classify.ts";
import type { Provider, UpstreamOperation } from "../provider.ts";

/** It speaks chat: calls of the other dialects are translated on their way to it. */
const PLAYED: ReadonlySet<UpstreamOperation> = new Set([
  "chat-completions",
  "completions",
  "embeddings",
  "moderations",
  "models",
]);

/** The simulated provider: runs in process, needs no credential, never leaves the building. */
export const sandboxProvider: Provider = {
  kind: "sandbox",
  dialect: "openai-chat",
  defaultBaseUrl: "http://sandbox.invalid/v1",
  isSimulated: true,
  urlOf: (baseUrl, operation) => (PLAYED.has(operation) ? `${baseUrl}/${operation}` : undefined),
  authorize: () => ({}),
  drop: [],
  rename: {},
  asksUsage: true,
  takesReasoning: false,
  classify: classifyByStatus,
};
