import { openAiCompatible } from "../openai-compatible/build.ts";

/** Moonshot's Kimi. */
export const moonshotProvider = openAiCompatible({
  kind: "moonshot",
  baseUrl: "https://api.moonshot.ai/v1",
  lacks: ["completions", "embeddings", "moderations"],
  // platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model: a tool call without its thoughts is refused.
  takesReasoning: true,
  // platform.kimi.ai/docs/api/errors: told apart by `type`; there is no `code`.
  failures: [
    { kind: "quota", codes: ["exceeded_current_quota_error"] },
    { kind: "overloaded", codes: ["engine_overloaded_error"] },
    { kind: "rate-limit", codes: ["rate_limit_reached_error"] },
    { kind: "authentication", codes: ["invalid_authentication_error", "incorrect_api_key_error"] },
    { kind: "not-found", codes: ["resource_not_found_error"] },
    { kind: "context-too-long", text: /exceeded model token limit|^Input token length too long/ },
  ],
});
