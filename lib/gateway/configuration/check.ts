import { checkFallbacks } from "./check-fallbacks.ts";
import { checkModels } from "./check-models.ts";
import { checkProviders } from "./check-providers.ts";
import type { ConfigurationDocument } from "./document.ts";
import type { ConfigurationIssue } from "./issue.ts";
import { settingsNotInForce } from "./not-in-force.ts";
import type { ProviderRegistry } from "./provider-registry.ts";

export type CheckedDocument = {
  /** Each of these refuses the document. */
  readonly errors: readonly ConfigurationIssue[];
  readonly warnings: readonly ConfigurationIssue[];
};

/** Checks what the form alone cannot say: references, names, prices, addresses, loops. Gives every finding at once. */
export function checkConfiguration(document: ConfigurationDocument, registry: ProviderRegistry): CheckedDocument {
  const providers = checkProviders(document, registry);
  return {
    errors: [...providers.errors, ...checkModels(document), ...checkFallbacks(document)],
    warnings: [...providers.warnings, ...settingsNotInForce(document)],
  };
}
