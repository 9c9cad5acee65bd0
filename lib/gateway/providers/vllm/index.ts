import { openAiCompatible } from "../openai-compatible/build.ts";

/** A vLLM server of one's own. Its errors carry the HTTP status as a number in `code`; older servers put them at the top. */
export const vllmProvider = openAiCompatible({
  kind: "vllm",
  lacks: ["moderations"],
  // docs.vllm.ai/en/stable/serving/online_serving: for any model with a chat template.
  hasResponses: true,
});
