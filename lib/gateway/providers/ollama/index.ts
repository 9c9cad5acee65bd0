import { openAiCompatible } from "../openai-compatible/build.ts";

/** An Ollama server of one's own; it needs no key, and its default address needs `allowPrivateNetwork`. */
export const ollamaProvider = openAiCompatible({
  kind: "ollama",
  baseUrl: "http://localhost:11434/v1",
  lacks: ["moderations"],
  // docs.ollama.com/api/openai-compatibility: since 0.13.3, without state.
  hasResponses: true,
  // It ignores what it does not know, and with it the limit.
  rename: { max_completion_tokens: "max_tokens" },
  failures: [{ kind: "context-too-long", text: /^prompt too long/ }],
});
