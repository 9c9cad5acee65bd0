import { isOwnSetting } from "#lib/base/own-settings";
import type { Provider } from "../providers/provider.ts";
import { checkBaseUrl } from "./check-base-url.ts";
import type { ConfigurationDocument, ProviderDocument } from "./document.ts";
import { duplicatesIn } from "./duplicates.ts";
import type { ConfigurationIssue, IssuePath } from "./issue.ts";
import { needsCredential, type ProviderRegistry } from "./provider-registry.ts";
import { secretReferenceOf } from "./secret-reference.ts";

type Findings = { readonly errors: readonly ConfigurationIssue[]; readonly warnings: readonly ConfigurationIssue[] };

/** Checks providers and their credentials. */
export function checkProviders(document: ConfigurationDocument, registry: ProviderRegistry): Findings {
  const ids = document.providers.map(({ id }, index) => ({ name: id, path: ["providers", index, "id"] }));
  const each = document.providers.map((provider, index) => checkProvider(provider, ["providers", index], registry));
  return {
    errors: [...duplicatesIn(ids), ...each.flatMap(({ errors }) => errors)],
    warnings: each.flatMap(({ warnings }) => warnings),
  };
}

function checkProvider(provider: ProviderDocument, path: IssuePath, registry: ProviderRegistry): Findings {
  const kind = registry.providerOf(provider.kind);
  if (kind === undefined) {
    return {
      errors: [{ path: [...path, "kind"], message: `"${provider.kind}" is not a provider kind` }],
      warnings: [],
    };
  }
  const address = checkAddress(provider, path, kind);
  const errors = [...address.errors, ...checkCredentials(provider, path)];
  if (needsCredential(kind) && !provider.credentials?.length) {
    errors.push({ path: [...path, "credentials"], message: `provider kind ${provider.kind} needs a credential` });
  }
  return { errors, warnings: address.warnings };
}

function checkAddress(provider: ProviderDocument, path: IssuePath, kind: Provider): Findings {
  const at = [...path, "baseUrl"];
  // The default of a server of one's own is a private address too.
  const address = provider.baseUrl ?? (kind.isSimulated ? undefined : kind.defaultBaseUrl);
  if (address !== undefined) {
    const allowPrivateNetwork = provider.allowPrivateNetwork ?? false;
    return checkBaseUrl(address, { path: at, allowPrivateNetwork, parameters: kind.addressParameters });
  }
  const message = `is required: provider kind ${provider.kind} has no default address`;
  return { errors: kind.isSimulated ? [] : [{ path: at, message }], warnings: [] };
}

function checkCredentials({ credentials = [] }: ProviderDocument, path: IssuePath): ConfigurationIssue[] {
  const at = [...path, "credentials"];
  const issues = duplicatesIn(credentials.map(({ id }, index) => ({ name: id, path: [...at, index, "id"] })));
  for (const [index, { secret }] of credentials.entries()) {
    const reference = secretReferenceOf(secret);
    if (reference?.kind !== "env" || !isOwnSetting(reference.name)) continue;
    issues.push({
      path: [...at, index, "secret"],
      message: `${reference.name} is a setting of the server, not a credential`,
    });
  }
  if (credentials.length > 0 && credentials.every(({ weight }) => weight === 0)) {
    issues.push({ path: at, message: "every weight is 0: at least one credential must be usable" });
  }
  return issues;
}
