import { classifyByStatus } from "../openai-compatible/classify.ts";
import type { Provider } from "../provider.ts";

/** The simulated provider: runs in process, needs no credential, never leaves the building. */
export const sandboxProvider: Provider = {
  kind: "sandbox",
  dialect: "openai-chat",
  defaultBaseUrl: "http://sandbox.invalid/v1",
  isSimulated: true,
  urlOf: (baseUrl, operation) => `${baseUrl}/${operation}`,
  authorize: () => ({}),
  drop: [],
  rename: {},
  asksUsage: true,
  takesReasoning: false,
  classify: classifyByStatus,
};
