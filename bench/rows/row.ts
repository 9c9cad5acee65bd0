import type { LoadGenerator } from "../load-generator.ts";
import type { Spread } from "../statistics.ts";
import type { OpenTarget } from "../targets.ts";

export type RowName = "plain" | "stream" | "memory" | "translated" | "translated-stream" | "scale";

/** One line of the result. Met when the median is at most the target, or at least where that is a floor. */
export type Row = {
  readonly name: RowName;
  readonly title: string;
  readonly value: Spread;
  readonly unit: "x" | "MB";
  readonly target: number;
  readonly isFloor?: boolean;
  /** What kept the median from its target, when that was shown to be something else than the gateway: no fault of it. */
  readonly limit?: string | undefined;
  /** For people: absolute figures behind the value. */
  readonly notes: readonly string[];
  /** How many requests gateways were sent, warm-up included. */
  readonly requests: number;
  readonly details: unknown;
};

export type RowInputs = {
  readonly generator: LoadGenerator;
  readonly openBaseline: OpenTarget;
  readonly openSubject: OpenTarget;
  /** The process that answers the gateway's calls. */
  readonly upstreamPid: number;
  readonly isQuick: boolean;
};

/** A row of the benchmark: what it is measured against, which model names it calls, how it is run. */
export type RowPlan = {
  /** A bare program, or the gateway itself with another load. */
  readonly baseline: "proxy" | "pipe" | "gateway";
  readonly models: readonly string[];
  /** How many gateway processes the subject has on its port; one unless told. */
  readonly processes?: number;
  readonly run: (inputs: RowInputs) => Promise<Row>;
};

export const inMedian = (spread: Spread, digits: number) =>
  `${spread.median.toFixed(digits)} (${spread.min.toFixed(digits)}-${spread.max.toFixed(digits)})`;
