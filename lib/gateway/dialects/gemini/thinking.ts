import type { Json, JsonObject, ReasoningEffort, ReasoningRequest } from "#lib/gateway/conversation";
import {
  defined,
  invalid,
  optional,
  requireBoolean,
  requireNumber,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { budgetOf } from "../reasoning-effort.ts";
import { camelCased, said, unread } from "./fields.ts";

const PATH = "generationConfig.thinkingConfig";
const FIELDS: ReadonlySet<string> = new Set(["thinkingBudget", "thinkingLevel", "includeThoughts"]);

const EFFORTS: ReadonlyMap<string, ReasoningEffort> = new Map([
  ["MINIMAL", "minimal"],
  ["LOW", "low"],
  ["MEDIUM", "medium"],
  ["HIGH", "high"],
]);

/** Gemini knows four levels: the nearest for each effort. */
const LEVELS: Readonly<Record<ReasoningEffort, string>> = {
  none: "MINIMAL",
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};

/** -1 lets the model decide. */
const DYNAMIC = -1;

export type ReadThinking = { readonly reasoning?: ReasoningRequest; readonly rest: JsonObject };

/** Reads `thinkingConfig`. */
export function readThinking(value: Json | undefined): ReadThinking {
  const config = camelCased(optional(value, PATH, requireObject) ?? {});
  const level = optional(config.thinkingLevel, `${PATH}.thinkingLevel`, requireText)?.toUpperCase();
  const isShown = optional(config.includeThoughts, `${PATH}.includeThoughts`, requireBoolean);
  const reasoning: ReasoningRequest = said({
    effort: effortOf(level),
    budgetTokens: optional(config.thinkingBudget, `${PATH}.thinkingBudget`, requireNumber),
    show: isShown === undefined ? undefined : isShown ? ("auto" as const) : ("none" as const),
  });
  const rest = unread(config, FIELDS, `${PATH}.`);
  return Object.keys(reasoning).length === 0 ? { rest } : { reasoning, rest };
}

function effortOf(level: string | undefined): ReasoningEffort | undefined {
  if (level === undefined || level === "THINKING_LEVEL_UNSPECIFIED") return undefined;
  const effort = EFFORTS.get(level);
  if (effort === undefined) throw invalid(`${PATH}.thinkingLevel`, "must be MINIMAL, LOW, MEDIUM or HIGH.");
  return effort;
}

/** True for models that think by levels, want their proofs back and take media in function responses. */
export const isGemini3 = (model: string) => /gemini-([3-9])/.test(model);

/** Writes `thinkingConfig`, or nothing where nothing was said. Google refuses a level beside a budget. */
export function writeThinking(reasoning: ReasoningRequest, model: string): JsonObject | undefined {
  const { effort, show } = reasoning;
  const includeThoughts = show === undefined ? undefined : show !== "none";
  const amount =
    effort !== undefined && isGemini3(model)
      ? { thinkingLevel: LEVELS[effort] }
      : { thinkingBudget: budgetFor(reasoning, model) };
  const config = defined({ ...amount, includeThoughts });
  return Object.keys(config).length === 0 ? undefined : config;
}

function budgetFor({ effort, budgetTokens, isAdaptive }: ReasoningRequest, model: string): number | undefined {
  if (budgetTokens !== undefined) return budgetTokens;
  if (effort !== undefined) return budgetOf(effort);
  return isAdaptive && !isGemini3(model) ? DYNAMIC : undefined;
}

/** True where a model that thinks by levels has none for this effort. */
export const isRounded = ({ effort }: ReasoningRequest, model: string) =>
  effort !== undefined && isGemini3(model) && EFFORTS.get(LEVELS[effort]) !== effort;
