import { openAiCompatibleProvider } from "./openai-compatible/index.ts";
import type { Provider } from "./provider.ts";
import { sandboxProvider } from "./sandbox/index.ts";

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [sandboxProvider, openAiCompatibleProvider].map((provider) => [provider.kind, provider]),
);

/** Kinds a configuration may name whose engine is not in this version; a model that needs one is refused by name. */
const ANNOUNCED_KINDS = [
  "openai",
  "deepseek",
  "anthropic",
  "gemini",
  "azure-openai",
  "qwen",
  "moonshot",
  "zhipu",
  "mistral",
  "groq",
  "xai",
  "vllm",
  "ollama",
] as const;

/** Every kind a configuration may name. */
export const PROVIDER_KINDS: readonly string[] = [...PROVIDERS.keys(), ...ANNOUNCED_KINDS];

/** Gives the provider of a kind, or nothing where this version has none. */
export const providerOf = (kind: string): Provider | undefined => PROVIDERS.get(kind);
