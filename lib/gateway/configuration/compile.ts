import type { Provider } from "../providers/provider.ts";
import type { Credential, Deployment, Model, ModelAccess, RoutingTable, Timeouts } from "../routing/table.ts";
import { compilePrice } from "./compile-price.ts";
import type { ConfigurationDocument, DeploymentDocument, ModelDocument, ProviderDocument } from "./document.ts";
import type { ConfigurationIssue, IssuePath } from "./issue.ts";
import type { ProviderRegistry } from "./provider-registry.ts";
import { type SecretReference, secretReferenceOf } from "./secret-reference.ts";

export type ResolvedSecret =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

export type CompileOptions = {
  readonly registry: ProviderRegistry;
  readonly resolveSecret: (reference: SecretReference) => ResolvedSecret;
  readonly version: number;
  readonly createdAtS: number;
};

export type CompiledConfiguration = {
  readonly table: RoutingTable;
  /** Credentials that cannot be used, and why; the rest serves. */
  readonly unusable: readonly ConfigurationIssue[];
};

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 2_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 };

/** Stands where a provider is called without a credential, so that it still has one attempt. */
const NO_CREDENTIAL: Credential = { id: "none", weight: 1, secret: "" };

const CREDENTIAL_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Compiles a checked document into the routing table. Throws an Error on one that `checkConfiguration` refuses. */
export function compileConfiguration(document: ConfigurationDocument, options: CompileOptions): CompiledConfiguration {
  const unusable: ConfigurationIssue[] = [];
  const providers = new Map<string, CompiledProvider>();
  for (const [index, provider] of document.providers.entries()) {
    const compiled = compileProvider(provider, ["providers", index], options);
    unusable.push(...compiled.unusable);
    providers.set(provider.id, compiled);
  }
  const models = document.models.map((model) => compileModel(model, providers));
  const { version, createdAtS } = options;
  return { table: { version, createdAtS, models, byName: byName(models) }, unusable };
}

type CompiledProvider = {
  readonly upstream: Pick<Deployment, "providerId" | "provider" | "baseUrl" | "allowPrivateNetwork" | "credentials">;
  readonly unusable: readonly ConfigurationIssue[];
};

function compileProvider(document: ProviderDocument, path: IssuePath, options: CompileOptions): CompiledProvider {
  const provider = options.registry.providerOf(document.kind);
  if (!provider) throw new Error(`provider ${document.id} is of no kind there is`);
  const { credentials, unusable } = compileCredentials(document, path, options);
  const upstream = {
    providerId: document.id,
    provider,
    baseUrl: baseUrlOf(document, provider),
    allowPrivateNetwork: document.allowPrivateNetwork ?? false,
    credentials,
  };
  return { upstream, unusable };
}

function baseUrlOf(document: ProviderDocument, provider: Provider): string {
  const baseUrl = document.baseUrl ?? provider.defaultBaseUrl;
  if (baseUrl === undefined && !provider.isSimulated) throw new Error(`provider ${document.id} has no address`);
  return (baseUrl ?? "").replace(/\/+$/, "");
}

function compileCredentials(document: ProviderDocument, path: IssuePath, { resolveSecret }: CompileOptions) {
  const unusable: ConfigurationIssue[] = [];
  if (!document.credentials?.length) return { credentials: [NO_CREDENTIAL], unusable };
  const credentials: Credential[] = [];
  for (const [index, { id, secret, weight = 1 }] of document.credentials.entries()) {
    if (weight === 0) continue;
    const reference = secretReferenceOf(secret);
    if (!reference) throw new Error(`credential ${document.id}/${id} has no readable secret`);
    const resolved = usable(resolveSecret(reference));
    if (resolved.ok) credentials.push({ id, weight, secret: resolved.value });
    else unusable.push({ path: [...path, "credentials", index], message: `not used: ${resolved.reason}` });
  }
  return { credentials, unusable };
}

function usable(resolved: ResolvedSecret): ResolvedSecret {
  if (!resolved.ok) return resolved;
  const value = resolved.value.trim();
  return CREDENTIAL_PATTERN.test(value)
    ? { ok: true, value }
    : { ok: false, reason: "its value is empty or holds characters that a header cannot carry" };
}

type Providers = ReadonlyMap<string, CompiledProvider>;

function compileModel(document: ModelDocument, providers: Providers): Model {
  if (!document.price) throw new Error(`model ${document.id} has no price`);
  return {
    id: document.id,
    aliases: document.aliases ?? [],
    strategy: document.strategy?.kind ?? "priority",
    price: compilePrice(document.price),
    contextTokens: document.contextTokens,
    maxOutputTokens: document.maxOutputTokens,
    capabilities: capabilitiesOf(document),
    timeouts: compileTimeouts(document),
    access: compileAccess(document),
    deployments: document.deployments.map((given) => compileDeployment(document.id, given, providers)),
  };
}

function compileDeployment(modelId: string, given: DeploymentDocument, providers: Providers): Deployment {
  const provider = providers.get(given.provider);
  if (!provider) throw new Error(`deployment ${modelId}/${given.id} names no provider`);
  return {
    ...provider.upstream,
    id: `${modelId}/${given.id}`,
    upstreamModel: given.upstreamModel,
    priority: given.priority ?? 0,
    weight: given.weight ?? 1,
    limits: given.limits ?? {},
    cost: given.cost && compilePrice(given.cost),
    tags: given.tags ?? [],
  };
}

const capabilitiesOf = ({ capabilities = [], reasoning }: ModelDocument): ReadonlySet<string> =>
  new Set([...capabilities, ...(reasoning ? [`reasoning:${reasoning}`] : [])]);

function compileAccess({ access }: ModelDocument): ModelAccess | undefined {
  if (access === undefined) return undefined;
  const setOf = (names: readonly string[] | undefined) => names && new Set(names);
  return {
    organizations: setOf(access.organizations),
    roles: setOf(access.roles),
    plans: setOf(access.plans),
  };
}

/** Fills in what is not set; a default never stands above a longer time that is set. */
function compileTimeouts({ timeouts = {} }: ModelDocument): Timeouts {
  const totalMs =
    timeouts.totalMs ?? Math.max(DEFAULT_TIMEOUTS.totalMs, timeouts.firstByteMs ?? 0, timeouts.idleMs ?? 0);
  const idleMs = timeouts.idleMs ?? Math.min(DEFAULT_TIMEOUTS.idleMs, totalMs);
  const firstByteMs =
    timeouts.firstByteMs ?? Math.min(Math.max(DEFAULT_TIMEOUTS.firstByteMs, timeouts.connectMs ?? 0), totalMs);
  const connectMs = timeouts.connectMs ?? Math.min(DEFAULT_TIMEOUTS.connectMs, firstByteMs);
  return { connectMs, firstByteMs, idleMs, totalMs };
}

const byName = (models: readonly Model[]): ReadonlyMap<string, Model> =>
  new Map(models.flatMap((model) => [model.id, ...model.aliases].map((name): [string, Model] => [name, model])));
