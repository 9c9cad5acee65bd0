import { openAiCompatible } from "../openai-compatible/build.ts";

/** Cohere, by its compatibility API: chat completions and embeddings. */
export const cohereProvider = openAiCompatible({
  kind: "cohere",
  baseUrl: "https://api.cohere.ai/compatibility/v1",
  lacks: ["completions", "moderations", "models"],
  // docs.cohere.com/docs/compatibility-api: not among its supported parameters, and without them the answer is the same.
  drop: ["store", "metadata", "service_tier", "user", "safety_identifier", "prompt_cache_key", "prediction"],
  // docs.cohere.com/reference/errors: a message at the top, no code.
  failures: [
    // A limit above that of the model begins with the same words.
    { kind: "context-too-long", status: 400, text: /^too many tokens: (?!max tokens)/i },
    // A key for trials has calls by the minute and by the month.
    { kind: "quota", status: 429, text: /API calls \/ month/ },
    { kind: "server", status: 499 },
  ],
});
