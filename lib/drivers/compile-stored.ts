import { checkConfiguration } from "#lib/gateway/configuration/check";
import {
  type CompiledConfiguration,
  compileConfiguration,
  type ResolvedSecret,
} from "#lib/gateway/configuration/compile";
import { parseDocument } from "#lib/gateway/configuration/document";
import { type ConfigurationIssue, formatIssue } from "#lib/gateway/configuration/issue";
import type { ProviderRegistry } from "#lib/gateway/configuration/provider-registry";
import type { SecretReference } from "#lib/gateway/configuration/secret-reference";
import { openSecret } from "#lib/platform/envelope";
import type { StoredConfiguration } from "./configuration.disk.ts";

export type CompilingNode = {
  readonly registry: ProviderRegistry;
  /** SECRETS_KEY: 32 bytes in base64. */
  readonly secretsKey: string;
  readonly environment: (name: string) => string | undefined;
};

/** Compiles a stored version with what this node has. Throws an Error that says why it cannot serve here. */
export function compileStored(stored: StoredConfiguration, node: CompilingNode): CompiledConfiguration {
  const parsed = parseDocument(stored.document);
  if (!parsed.ok) throw refusal(parsed.errors);
  const { errors } = checkConfiguration(parsed.document, node.registry);
  if (errors.length > 0) throw refusal(errors);
  return compileConfiguration(parsed.document, {
    registry: node.registry,
    resolveSecret: (reference) => resolve(reference, stored, node),
    version: stored.number,
    createdAtS: stored.createdAtS,
  });
}

const refusal = (errors: readonly ConfigurationIssue[]) => new Error(errors.slice(0, 5).map(formatIssue).join("; "));

function resolve(reference: SecretReference, stored: StoredConfiguration, node: CompilingNode): ResolvedSecret {
  switch (reference.kind) {
    case "literal":
      return { ok: true, value: reference.value };
    case "env":
      return fromEnvironment(reference.name, node);
    case "secret":
      return fromStore(reference.name, stored, node);
  }
}

function fromEnvironment(name: string, { environment }: CompilingNode): ResolvedSecret {
  const value = environment(name);
  return value ? { ok: true, value } : { ok: false, reason: `the environment variable ${name} is not set` };
}

function fromStore(name: string, { secrets }: StoredConfiguration, { secretsKey }: CompilingNode): ResolvedSecret {
  const sealed = secrets.get(name);
  if (!sealed) return { ok: false, reason: `no secret is stored under ${name}` };
  try {
    return { ok: true, value: openSecret(sealed, { name, secretsKey }) };
  } catch (cause) {
    return { ok: false, reason: cause instanceof Error ? cause.message : "the stored secret does not open" };
  }
}
