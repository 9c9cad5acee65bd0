import { LATENCY_SLOTS, quantileOf } from "#lib/base/histogram";
import type { HistogramPart, UsagePart } from "./read-rollups.ts";

/** Adds parts up. The cost stays exact: it is summed as an integer and given as text. */
export function sumsOf(parts: readonly UsagePart[]) {
  const sum = (field: "requests" | "errors" | "inputTokens" | "outputTokens") =>
    parts.reduce((total, part) => total + part[field], 0);
  return {
    requests: sum("requests"),
    errors: sum("errors"),
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    costNano: parts.reduce((total, part) => total + part.costNano, 0n).toString(),
  };
}

/** Gives the percentiles of merged histograms in milliseconds; null where nothing was measured. */
export function percentilesOf(parts: readonly HistogramPart[]) {
  const latency = slotsOf(parts, "latency");
  const firstByte = slotsOf(parts, "firstByte");
  return {
    latencyP50Ms: quantileOf(latency, 0.5) ?? null,
    latencyP95Ms: quantileOf(latency, 0.95) ?? null,
    firstByteP50Ms: quantileOf(firstByte, 0.5) ?? null,
    firstByteP95Ms: quantileOf(firstByte, 0.95) ?? null,
  };
}

function slotsOf(parts: readonly HistogramPart[], field: "latency" | "firstByte"): number[] {
  const slots = new Array<number>(LATENCY_SLOTS).fill(0);
  for (const part of parts) slots[part.slot] = (slots[part.slot] ?? 0) + part[field];
  return slots;
}
