import { openAiCompatible } from "../openai-compatible/build.ts";

/** Mistral's La Plateforme. It answers 422 to every field it does not know, so those that change no answer are left out. */
export const mistralProvider = openAiCompatible({
  kind: "mistral",
  baseUrl: "https://api.mistral.ai/v1",
  // Fill-in-the-middle is an endpoint of its own.
  lacks: ["completions"],
  drop: ["store", "user", "service_tier", "safety_identifier"],
  rename: { max_completion_tokens: "max_tokens", seed: "random_seed" },
  // It refuses `stream_options` and always says the usage in its last chunk.
  asksUsage: false,
  failures: [
    // Comes as 429 and as 503, with the type `invalid_request_error` and no code.
    { kind: "overloaded", text: /^Service tier capacity exceeded/i },
    { kind: "rate-limit", codes: ["rate_limited", "1300"] },
  ],
});
