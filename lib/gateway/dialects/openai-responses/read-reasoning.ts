import type { ReasoningEffort, ReasoningRequest } from "#lib/gateway/conversation";
import { invalid, optional, requireText } from "#lib/gateway/dialects/read";

const EFFORTS = [
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
] as const satisfies readonly ReasoningEffort[];
const SUMMARIES = ["auto", "concise", "detailed"] as const;

/** Reads `reasoning.effort`. */
export const readEffort = (value: unknown): ReasoningEffort | undefined => oneOf(value, "reasoning.effort", EFFORTS);

/** Reads how thoughts are to be shown: `reasoning.summary`, or its older name. */
export const readSummary = (value: unknown, field: "summary" | "generate_summary"): ReasoningRequest["show"] =>
  oneOf(value, `reasoning.${field}`, SUMMARIES);

function oneOf<T extends string>(value: unknown, path: string, known: readonly T[]): T | undefined {
  const said = optional(value, path, requireText);
  const found = known.find((each) => each === said);
  if (said !== undefined && found === undefined) throw invalid(path, `must be one of ${known.join(", ")}.`);
  return found;
}
