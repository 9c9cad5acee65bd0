import { openAiCompatible } from "../openai-compatible/build.ts";

/** Zhipu's GLM, by Z.ai. */
export const zhipuProvider = openAiCompatible({
  kind: "zhipu",
  baseUrl: "https://api.z.ai/api/paas/v4",
  // Its moderations endpoint is of another form.
  lacks: ["completions", "moderations"],
  rename: { max_completion_tokens: "max_tokens" },
  // docs.z.ai/guides/capabilities/thinking-mode: to be given back with the results of tools.
  takesReasoning: true,
  // It does not know `stream_options` and always says the usage in its last chunk.
  asksUsage: false,
  // docs.bigmodel.cn/cn/api/api-code: an empty account and a full queue are both a 429; only the code tells.
  failures: [
    { kind: "content-filter", codes: ["1301"] },
    { kind: "context-too-long", codes: ["1261"] },
    { kind: "quota", codes: ["1113", "1304", "1308", "1309", "1310"] },
    { kind: "rate-limit", codes: ["1302", "1303", "1305", "1313"] },
    { kind: "overloaded", codes: ["1312"] },
    { kind: "authentication", codes: ["1000", "1001", "1002", "1003", "1004"] },
    { kind: "permission", codes: ["1110", "1111", "1112", "1121", "1220", "1311"] },
    { kind: "not-found", codes: ["1211", "1221", "1222"] },
    { kind: "server", codes: ["500", "1120", "1230", "1234"] },
  ],
});
