import type { Provider } from "../providers/provider.ts";

/** The kinds a document may name. */
export type ProviderRegistry = {
  readonly providerOf: (kind: string) => Provider | undefined;
};

const KINDS_WITH_OPTIONAL_CREDENTIAL = new Set(["openai-compatible", "vllm", "ollama"]);

/** True where a call without a credential cannot succeed; servers of one's own and the simulated provider take none. */
export const needsCredential = (provider: Pick<Provider, "kind" | "isSimulated">) =>
  !(provider.isSimulated || KINDS_WITH_OPTIONAL_CREDENTIAL.has(provider.kind));
