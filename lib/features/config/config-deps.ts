import type { ProviderRegistry } from "#lib/gateway/configuration/provider-registry";

/** What the verbs need besides their context: the kinds this build knows, and the key that wraps secrets. */
export type ConfigDeps = { readonly registry: ProviderRegistry; readonly secretsKey: string };
