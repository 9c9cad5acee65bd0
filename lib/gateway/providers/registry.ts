import { anthropicProvider } from "./anthropic/index.ts";
import { azureOpenAiProvider } from "./azure-openai/index.ts";
import { cohereProvider } from "./cohere/index.ts";
import { deepSeekProvider } from "./deepseek/index.ts";
import { geminiProvider } from "./gemini/index.ts";
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
  anthropicProvider,
  geminiProvider,
  deepSeekProvider,
  qwenProvider,
  moonshotProvider,
  zhipuProvider,
  mistralProvider,
  groqProvider,
  cohereProvider,
  xAiProvider,
  vllmProvider,
  ollamaProvider,
  openAiCompatibleProvider,
];

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(ALL.map((provider) => [provider.kind, provider]));

/** Gives the provider of a kind, or nothing where there is no such kind. */
export const providerOf = (kind: string): Provider | undefined => PROVIDERS.get(kind);
