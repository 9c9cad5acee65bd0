import { openAiCompatible } from "./build.ts";

/** Any upstream that speaks OpenAI's chat dialect at an address the operator names. */
export const openAiCompatibleProvider = openAiCompatible({ kind: "openai-compatible" });
