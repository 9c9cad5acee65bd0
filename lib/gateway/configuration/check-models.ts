import type { ConfigurationDocument, ModelDocument, ProviderDocument } from "./document.ts";
import { duplicatesIn, type NamedPlace } from "./duplicates.ts";
import type { ConfigurationIssue, IssuePath } from "./issue.ts";
import type { PriceDocument } from "./price.ts";

type Providers = ReadonlyMap<string, ProviderDocument>;

/** Checks models and their deployments. */
export function checkModels(document: ConfigurationDocument): ConfigurationIssue[] {
  const providers = new Map(document.providers.map((provider) => [provider.id, provider]));
  const each = document.models.flatMap((model, index) => {
    const path = ["models", index];
    return [...checkModel(model, path), ...checkDeployments(model, path, providers)];
  });
  return [...duplicatesIn(document.models.flatMap(namesOf)), ...each];
}

function namesOf({ id, aliases = [] }: ModelDocument, index: number): NamedPlace[] {
  const named = aliases.map((name, at) => ({ name, path: ["models", index, "aliases", at] }));
  return [{ name: id, path: ["models", index, "id"] }, ...named];
}

function checkModel(model: ModelDocument, path: IssuePath): ConfigurationIssue[] {
  const issues = [...checkTimeouts(model, path), ...checkTiers(model, path)];
  if (!model.price)
    issues.push({ path: [...path, "price"], message: "is required: a model without a price is not served" });
  else issues.push(...checkPriceTiers(model.price, [...path, "price"]));
  const { contextTokens, maxOutputTokens } = model;
  if (contextTokens !== undefined && maxOutputTokens !== undefined && maxOutputTokens > contextTokens) {
    issues.push({ path: [...path, "maxOutputTokens"], message: "must not be above contextTokens" });
  }
  return issues;
}

function checkTimeouts({ timeouts = {} }: ModelDocument, path: IssuePath): ConfigurationIssue[] {
  const { connectMs, firstByteMs, idleMs, totalMs } = timeouts;
  const pairs = [
    ["connectMs", connectMs, "firstByteMs", firstByteMs],
    ["connectMs", connectMs, "totalMs", totalMs],
    ["firstByteMs", firstByteMs, "totalMs", totalMs],
    ["idleMs", idleMs, "totalMs", totalMs],
  ] as const;
  return pairs.flatMap(([shortName, short, longName, long]) =>
    short !== undefined && long !== undefined && short > long
      ? [{ path: [...path, "timeouts", shortName], message: `must not be above ${longName}` }]
      : [],
  );
}

function checkTiers({ strategy, deployments }: ModelDocument, path: IssuePath): ConfigurationIssue[] {
  if (strategy?.kind !== "priority" || !("tiers" in strategy)) return [];
  const tiers = strategy.tiers ?? [];
  const at = (index: number) => [...path, "strategy", "tiers", index, "priority"];
  const used = new Set(deployments.map(({ priority = 0 }) => priority));
  const unused = tiers.flatMap(({ priority }, index) =>
    used.has(priority) ? [] : [{ path: at(index), message: `no deployment has priority ${priority}` }],
  );
  return [...duplicatesIn(tiers.map(({ priority }, index) => ({ name: `${priority}`, path: at(index) }))), ...unused];
}

const checkPriceTiers = ({ tiers = [] }: PriceDocument, path: IssuePath) =>
  duplicatesIn(
    tiers.map(({ aboveInputTokens }, index) => ({
      name: `${aboveInputTokens}`,
      path: [...path, "tiers", index, "aboveInputTokens"],
    })),
  );

function checkDeployments({ deployments }: ModelDocument, path: IssuePath, providers: Providers): ConfigurationIssue[] {
  const at = [...path, "deployments"];
  const issues = duplicatesIn(deployments.map(({ id }, index) => ({ name: id, path: [...at, index, "id"] })));
  for (const [index, deployment] of deployments.entries()) {
    if (!providers.has(deployment.provider)) {
      issues.push({ path: [...at, index, "provider"], message: `there is no provider "${deployment.provider}"` });
    }
    if (deployment.cost) issues.push(...checkPriceTiers(deployment.cost, [...at, index, "cost"]));
  }
  if (deployments.every(({ weight }) => weight === 0)) {
    issues.push({ path: at, message: "every weight is 0: at least one deployment must be usable" });
  }
  return issues;
}
