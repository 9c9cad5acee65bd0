import { openAiCompatible } from "../openai-compatible/build.ts";

/** OpenAI itself. */
export const openAiProvider = openAiCompatible({
  kind: "openai",
  baseUrl: "https://api.openai.com/v1",
  hasResponses: true,
  failures: [
    // A spending limit of the account is a 400, a lapsed payment a 429.
    { kind: "quota", codes: ["billing_hard_limit_reached", "billing_not_active"] },
    // Reasoning models refuse a flagged prompt with this instead of `content_policy_violation`.
    { kind: "content-filter", codes: ["invalid_prompt"] },
    { kind: "overloaded", codes: ["server_is_overloaded", "slow_down"] },
  ],
});
