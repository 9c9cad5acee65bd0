import { parseArgs } from "node:util";
import { ROWS } from "./rows/all.ts";
import type { RowPlan } from "./rows/row.ts";

export type BenchOptions = {
  readonly plans: readonly RowPlan[];
  /** Fewer and shorter rounds: for trying, not for judging. */
  readonly isQuick: boolean;
  /** A missed target ends the run with exit code 1. */
  readonly isAsserted: boolean;
  /** Measures each baseline against a second one of itself: how far the harness can be believed. */
  readonly isSelf: boolean;
};

/** Reads the command line. Throws a message that says what is allowed. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      assert: { type: "boolean", default: false },
      self: { type: "boolean", default: false },
    },
  });
  const rows = Object.entries(ROWS).filter(([name]) => values.only === undefined || name === values.only);
  if (rows.length === 0) throw new Error(`--only takes one of ${Object.keys(ROWS).join(", ")}`);
  return { plans: rows.map(([, plan]) => plan), isQuick: values.quick, isAsserted: values.assert, isSelf: values.self };
}
