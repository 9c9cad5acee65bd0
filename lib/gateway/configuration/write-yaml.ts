import { stringify } from "yaml";
import type { ConfigurationDocument, ModelDocument } from "./document.ts";
import type { PriceDocument } from "./price.ts";

const LINE_WIDTH = 120;

/** Writes a document as a file for people; reading it back gives the same document. */
export function writeYaml(document: ConfigurationDocument): string {
  const models = document.models.map((model) => ({
    ...model,
    strategy: shortStrategy(model.strategy),
    price: withNumbers(model.price),
    fallbacks: shortFallbacks(model.fallbacks),
    deployments: model.deployments.map((deployment) => ({ ...deployment, cost: withNumbers(deployment.cost) })),
  }));
  return stringify({ ...document, models }, { lineWidth: LINE_WIDTH, aliasDuplicateObjects: false });
}

/** Amounts become bare numbers where a number says exactly the same, and stay in quotes where it does not. */
const withNumbers = (price: PriceDocument | undefined) =>
  price && {
    ...numbersIn(price),
    ...(price.tiers && { tiers: price.tiers.map(numbersIn) }),
  };

const numbersIn = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asNumber(value)]));

const asNumber = (value: unknown) =>
  typeof value === "string" && String(Number(value)) === value ? Number(value) : value;

function shortStrategy(strategy: ModelDocument["strategy"]) {
  return strategy && Object.values(strategy).filter((value) => value !== undefined).length === 1
    ? strategy.kind
    : strategy;
}

function shortFallbacks(fallbacks: ModelDocument["fallbacks"]) {
  if (!fallbacks?.onError) return fallbacks;
  const lists = [fallbacks.onError, fallbacks.onContextTooLong, fallbacks.onContentFilter].map((list) =>
    list?.join(" "),
  );
  return new Set(lists).size === 1 ? fallbacks.onError : fallbacks;
}
