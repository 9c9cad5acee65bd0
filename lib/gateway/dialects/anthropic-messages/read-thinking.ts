import type { JsonObject, ReasoningEffort, ReasoningRequest } from "#lib/gateway/conversation";
import { invalid, optional, requireCount, requireObject } from "#lib/gateway/dialects/read";

export const THINKING_FIELDS: ReadonlySet<string> = new Set(["type", "budget_tokens", "display"]);

/** Reads how much the model is to think: `thinking`, and the effort that stands in `output_config`. */
export function readReasoning(body: JsonObject): ReasoningRequest | undefined {
  const thinking = optional(body.thinking, "thinking", requireObject);
  const config = optional(body.output_config, "output_config", requireObject);
  const effort = optional(config?.effort, "output_config.effort", readEffort);
  if (thinking === undefined) return effort && { effort };
  const show = optional(thinking.display, "thinking.display", readDisplay);
  switch (thinking.type) {
    case "disabled":
    // Without thoughts before the first word; no other dialect tells that from none at all.
    case "between_tools":
      return { effort: "none" };
    case "adaptive":
      return { isAdaptive: true, effort, show };
    case "enabled":
      return { budgetTokens: requireCount(thinking.budget_tokens, "thinking.budget_tokens"), effort, show };
    default:
      throw invalid("thinking.type", "must be `enabled`, `adaptive`, `between_tools` or `disabled`.");
  }
}

const EFFORTS: readonly ReasoningEffort[] = ["low", "medium", "high", "xhigh", "max"];

function readEffort(value: unknown, path: string): ReasoningEffort {
  const effort = EFFORTS.find((known) => known === value);
  if (effort === undefined) throw invalid(path, `must be one of ${EFFORTS.join(", ")}.`);
  return effort;
}

function readDisplay(value: unknown, path: string): "auto" | "none" {
  if (value === "summarized" || value === "updates") return "auto";
  if (value === "omitted") return "none";
  throw invalid(path, "must be `summarized`, `updates` or `omitted`.");
}
