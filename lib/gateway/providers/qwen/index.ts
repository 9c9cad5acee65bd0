import { openAiCompatible } from "../openai-compatible/build.ts";

/** Qwen on Alibaba Cloud's Model Studio (DashScope), by its OpenAI-compatible mode. Keys belong to a region. */
export const qwenProvider = openAiCompatible({
  kind: "qwen",
  baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  lacks: ["moderations"],
  rename: { max_completion_tokens: "max_tokens" },
  // Read with `preserve_thinking` and by models that think between tool calls, ignored by the others.
  takesReasoning: true,
  // help.aliyun.com/en/model-studio/error-code; the compatible mode and the product's own API spell them differently.
  failures: [
    { kind: "content-filter", codes: ["data_inspection_failed", "DataInspectionFailed"] },
    { kind: "context-too-long", text: /Range of input length should be/ },
    { kind: "quota", codes: ["Arrearage", "AllocationQuota.FreeTierOnly"] },
    { kind: "quota", text: /^Free allocated quota exceeded/ },
    // `insufficient_quota` is its limit of tokens a minute, not an empty account.
    {
      kind: "rate-limit",
      codes: [
        "insufficient_quota",
        "limit_requests",
        "limit_burst_rate",
        "Throttling",
        "Throttling.RateQuota",
        "Throttling.BurstRate",
        "Throttling.AllocationQuota",
      ],
    },
    { kind: "authentication", codes: ["invalid_api_key", "InvalidApiKey"] },
    { kind: "not-found", codes: ["model_not_found", "ModelNotFound"] },
    { kind: "timeout", codes: ["RequestTimeOut", "InternalError.Timeout"] },
  ],
});
