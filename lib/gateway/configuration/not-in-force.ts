import type { ConfigurationDocument, ModelDocument } from "./document.ts";
import type { ConfigurationIssue } from "./issue.ts";

type Place = { readonly of: (model: ModelDocument) => boolean; readonly name: string };

/** Settings a document may hold before their engine is there. An engine that arrives takes its line away. */
const LATER: readonly Place[] = [
  { name: "strategy", of: ({ strategy }) => strategy !== undefined && !isPlainPriority(strategy) },
  { name: "fallbacks", of: ({ fallbacks }) => fallbacks !== undefined },
  { name: "hedge", of: ({ hedge }) => hedge !== undefined },
  { name: "health", of: ({ health }) => health !== undefined },
  { name: "retry", of: ({ retry }) => retry !== undefined },
];

const isPlainPriority = (strategy: NonNullable<ModelDocument["strategy"]>) =>
  strategy.kind === "priority" && !("tiers" in strategy && strategy.tiers?.length);

/** Says of each setting that is accepted but does nothing yet where it stands first and in how many models. */
export function settingsNotInForce(document: ConfigurationDocument): ConfigurationIssue[] {
  const issues = LATER.flatMap(({ name, of }) => {
    const first = document.models.findIndex(of);
    if (first < 0) return [];
    const count = document.models.filter(of).length;
    return [
      { path: ["models", first, name], message: `${LATER_MESSAGE} (${count} ${count === 1 ? "model" : "models"})` },
    ];
  });
  return document.limits ? [...issues, { path: ["limits"], message: LATER_MESSAGE }] : issues;
}

const LATER_MESSAGE = "is accepted but not yet in force in this version";
