import { openAiCompatible } from "../openai-compatible/build.ts";

/** GroqCloud. */
export const groqProvider = openAiCompatible({
  kind: "groq",
  baseUrl: "https://api.groq.com/openai/v1",
  lacks: ["completions", "embeddings", "moderations"],
  // console.groq.com/docs/openai: without state.
  hasResponses: true,
  // console.groq.com/docs/openai: each of these is answered 400.
  drop: ["logprobs", "top_logprobs", "logit_bias"],
  failures: [
    { kind: "overloaded", status: 498 },
    { kind: "overloaded", codes: ["capacity_exceeded"] },
    // The account's own spending limit, a 400.
    { kind: "quota", codes: ["blocked_api_access"] },
    // A 400 for what the model wrote, not for what the caller asked.
    { kind: "bad-reply", codes: ["tool_use_failed", "json_validate_failed"] },
    { kind: "not-found", codes: ["model_decommissioned"] },
    { kind: "permission", codes: ["organization_restricted"] },
    { kind: "context-too-long", text: /^Please reduce the length of the messages or completion/ },
  ],
});
