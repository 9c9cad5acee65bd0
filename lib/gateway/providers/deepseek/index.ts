import { openAiCompatible } from "../openai-compatible/build.ts";

/** DeepSeek's own API; an empty balance is a 402. */
export const deepSeekProvider = openAiCompatible({
  kind: "deepseek",
  baseUrl: "https://api.deepseek.com",
  // Its completions are fill-in-the-middle only and live under another address.
  lacks: ["completions", "embeddings", "moderations"],
  // It ignores what it does not know, and with it the limit.
  rename: { max_completion_tokens: "max_tokens" },
  // api-docs.deepseek.com/guides/thinking_mode: after a tool call it wants them, elsewhere it ignores them.
  takesReasoning: true,
  failures: [
    // Both are a 400 with the code `invalid_request_error`.
    { kind: "content-filter", status: 400, text: /^Content Exists Risk/ },
    { kind: "not-found", status: 400, text: /^Model Not Exist/ },
  ],
});
