import type { LossReport } from "./loss-report.ts";

/** OpenAI's, and Groq's `on_demand`. */
const KNOWN: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority", "fast", "on_demand"]);

/** Gives a service tier that this dialect knows; others are of another provider's making. */
export function writeServiceTier(tier: string | undefined, report: LossReport): string | undefined {
  if (tier === undefined || KNOWN.has(tier)) return tier;
  report.harmless("serviceTier");
  return undefined;
}
