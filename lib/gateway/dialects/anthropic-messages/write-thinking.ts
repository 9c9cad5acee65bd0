import type { JsonObject, ReasoningEffort, ReasoningRequest } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import { budgetOf, effortOf } from "../reasoning-effort.ts";
import { harmless } from "./loss.ts";
import type { ModelTraits } from "./models.ts";

/** The least the API takes as `budget_tokens`. */
const BUDGET_MIN = 1_024;

export type WrittenThinking = {
  readonly thinking?: JsonObject;
  readonly effort?: string;
  /** How much more room the answer needs so that thinking does not eat it up. */
  readonly extraTokens: number;
  readonly losses: readonly Loss[];
};

type Circumstances = {
  readonly traits: ModelTraits;
  /** A tool must be called: the API refuses to think then. */
  readonly isForced: boolean;
  /** The turn that goes on did not begin with thoughts of this provider: with a budget, the API refuses to think then. */
  readonly lacksThoughts: boolean;
};

const NOT_SAID: WrittenThinking = { extraTokens: 0, losses: [] };

/** Writes how much the model is to think, in the words of its generation. */
export function writeThinking(asked: ReasoningRequest | undefined, given: Circumstances): WrittenThinking {
  if (asked === undefined) return NOT_SAID;
  if (isOff(asked)) return writeOff(given.traits);
  if (!isOn(asked)) return writeShowOnly(asked, given);
  const losses = asked.show === "concise" || asked.show === "detailed" ? [harmless("reasoning.show")] : [];
  const written = given.traits.thinking === "adaptive" ? writeAdaptive(asked, given) : writeBudget(asked, given);
  return { ...written, losses: [...written.losses, ...losses] };
}

const isOff = ({ effort, budgetTokens }: ReasoningRequest) =>
  effort === "none" || (effort === undefined && budgetTokens === 0);

const isOn = ({ effort, budgetTokens, isAdaptive }: ReasoningRequest) =>
  effort !== undefined || budgetTokens !== undefined || isAdaptive === true;

function writeOff({ thinking, alwaysThinks }: ModelTraits): WrittenThinking {
  if (alwaysThinks) return { ...NOT_SAID, losses: [harmless("reasoning")] };
  return thinking === "none" ? NOT_SAID : { ...NOT_SAID, thinking: { type: "disabled" } };
}

/** Thoughts are to be shown if there are any: only a model that decides for itself can be told so. */
function writeShowOnly(asked: ReasoningRequest, given: Circumstances): WrittenThinking {
  if (asked.show === undefined || asked.show === "none") return NOT_SAID;
  if (given.traits.thinking !== "adaptive") return { ...NOT_SAID, losses: [harmless("reasoning.show")] };
  return writeAdaptive(asked, given);
}

function writeAdaptive({ effort, budgetTokens, show }: ReasoningRequest, given: Circumstances): WrittenThinking {
  const isBudget = budgetTokens !== undefined && budgetTokens > 0;
  const wanted = effort ?? (isBudget ? effortOf({ budgetTokens }) : undefined);
  const said = { extraTokens: 0, effort: wanted && effortWord(wanted, given.traits.efforts) };
  if (given.isForced) return { ...said, losses: [harmless("reasoning")] };
  return { ...said, thinking: defined({ type: "adaptive", display: displayOf(show) }), losses: [] };
}

/** Gives the effort in the words a model knows: the highest one names differs between models. */
function effortWord(effort: ReasoningEffort, known: readonly string[]): string | undefined {
  if (effort === "minimal") return "low";
  return effort === "xhigh" && !known.includes(effort) ? "max" : effort;
}

function writeBudget(asked: ReasoningRequest, { traits, isForced, lacksThoughts }: Circumstances): WrittenThinking {
  const { budgetTokens, effort, show } = asked;
  if (traits.thinking === "none" || isForced || lacksThoughts) return { ...NOT_SAID, losses: [harmless("reasoning")] };
  const isBudget = budgetTokens !== undefined && budgetTokens > 0;
  const tokens = isBudget ? Math.max(BUDGET_MIN, budgetTokens) : budgetOf(effort ?? "medium");
  const isEffortKnown = effort !== undefined && traits.efforts.includes(effort);
  return {
    thinking: defined({ type: "enabled", budget_tokens: tokens, display: displayOf(show) }),
    effort: isBudget && isEffortKnown ? effort : undefined,
    extraTokens: isBudget ? 0 : tokens,
    losses: isBudget && effort !== undefined && !isEffortKnown ? [harmless("reasoning.effort")] : [],
  };
}

function displayOf(show: ReasoningRequest["show"]): string | undefined {
  if (show === undefined) return undefined;
  return show === "none" ? "omitted" : "summarized";
}
