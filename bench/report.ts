import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { BenchOptions } from "./options.ts";
import type { Row } from "./rows/row.ts";

const FOLDER = fileURLToPath(new URL("./results/", import.meta.url));

type Verdict = "met" | "LIMITED" | "MISSED";

export const isMet = (row: Row) => verdictOf(row) !== "MISSED";

function verdictOf({ value, target, isFloor = false, limit }: Row): Verdict {
  if (isFloor ? value.median >= target : value.median <= target) return "met";
  return limit === undefined ? "MISSED" : "LIMITED";
}

/** The rows as text: value, spread and target in columns, the absolute figures below each. */
export function tableOf(rows: readonly Row[]): string {
  return rows.map((row) => [lineOf(row), ...row.notes.map((note) => `    ${note}`)].join("\n")).join("\n");
}

function lineOf(row: Row): string {
  const { title, value, unit, target } = row;
  const digits = unit === "x" ? 2 : 1;
  const [median, min, max, wanted] = [value.median, value.min, value.max, target].map((figure) =>
    figure.toFixed(digits),
  );
  const verdict = row.limit === undefined ? verdictOf(row) : `${verdictOf(row)} by ${row.limit}`;
  return `${title.padEnd(52)} ${`${median} ${unit}`.padStart(9)}  (${min} to ${max})  target ${wanted} ${unit}  ${verdict}`;
}

/** Writes the run with what it ran on, and gives the file's path. */
export function writeResults(rows: readonly Row[], options: BenchOptions): string {
  const at = new Date().toISOString();
  const processors = cpus();
  const machine = {
    cpu: processors[0]?.model,
    cores: processors.length,
    platform: process.platform,
    node: process.version,
  };
  const results = rows.map((row) => ({ ...row, isMet: isMet(row) }));
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${at.replaceAll(":", "-").slice(0, 19)}.json`;
  writeFileSync(file, `${JSON.stringify({ at, machine, options, rows: results }, null, 2)}\n`);
  return file;
}
