import { openAiCompatible } from "../openai-compatible/build.ts";

/** xAI's Grok. Its errors are `{"code", "error"}` with plain words, and one status stands for several things. */
export const xAiProvider = openAiCompatible({
  kind: "xai",
  baseUrl: "https://api.x.ai/v1",
  lacks: ["embeddings", "moderations"],
  // docs.x.ai/developers/model-capabilities/text/generate-text: preferred to chat completions.
  hasResponses: true,
  failures: [
    { kind: "content-filter", text: /^Content violates usage guidelines|Failed check: SAFETY_CHECK_TYPE/ },
    // A 403 or a 429.
    { kind: "quota", text: /used all available credits|run out of credits|monthly spending limit/ },
    // docs.x.ai/developers/debugging: a wrong key is a 400.
    { kind: "authentication", status: 400, text: /^Incorrect API key provided/ },
    { kind: "context-too-long", text: /maximum prompt length is \d/ },
  ],
});
