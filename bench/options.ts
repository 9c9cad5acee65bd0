import { parseArgs } from "node:util";
import { ROWS } from "./rows/all.ts";
import type { RowName } from "./rows/row.ts";

export type BenchOptions = {
  readonly rows: readonly RowName[];
  /** Fewer and shorter rounds: for trying, not for judging. */
  readonly isQuick: boolean;
  /** A missed target ends the run with exit code 1. */
  readonly isAsserted: boolean;
  /** Measures each baseline against a second one of itself: how far the harness can be believed. */
  readonly isSelf: boolean;
};

const isRow = (name: string): name is RowName => name in ROWS;
const NAMES = Object.keys(ROWS).filter(isRow);

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
  const rows = values.only === undefined ? NAMES : NAMES.filter((row) => row === values.only);
  if (rows.length === 0) throw new Error(`--only takes one of ${NAMES.join(", ")}`);
  return { rows, isQuick: values.quick, isAsserted: values.assert, isSelf: values.self };
}
