import { azureOpenAiProvider } from "./azure-openai/index.ts";
import { deepSeekProvider } from "./deepseek/index.ts";
import { groqProvider } from "./groq/index.ts";
import { mistralProvider } from "./mistral/index.ts";
import { moonshotProvider } from "./moonshot/index.ts";
import { ollamaProvider } from "./ollama/index.ts";
import { openAiProvider } from "./openai/index.ts";
import { openAiCompatibleProvider } from "./openai-compatible/index.ts";
import type { Provider } from "./provider.ts";
import { qwenProvider } from "./qwen/index.ts";
import { sandboxProvider } from "./sandbox/index.ts";
import { vllmProvider } from "./vllm/index.ts";
import { xAiProvider } from "./xai/index.ts";
import { zhipuProvider } from "./zhipu/index.ts";

const ALL: readonly Provider[] = [
  sandboxProvider,
  openAiProvider,
  azureOpenAiProvider,
  deepSeekProvider,
  qwenProvider,
  moonshotProvider,
  zhipuProvider,
  mistralProvider,
  groqProvider,
  xAiProvider,
  vllmProvider,
  ollamaProvider,
  openAiCompatibleProvider,
];

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(ALL.map((provider) => [provider.kind, provider]));

/** Kinds a configuration may name whose engine is not in this version; a model that needs one is refused by name. */
const ANNOUNCED_KINDS = ["anthropic", "gemini", "cohere"] as const;

/** Every kind a configuration may name. */
export const PROVIDER_KINDS: readonly string[] = [...PROVIDERS.keys(), ...ANNOUNCED_KINDS];

/** Gives the provider of a kind, or nothing where this version has none. */
export const providerOf = (kind: string): Provider | undefined => PROVIDERS.get(kind);
