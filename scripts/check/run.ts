import { availableParallelism } from "node:os";
import { runCommand } from "./run-command.ts";

type Gate = { readonly name: string; readonly command: readonly string[] };
type Verdict = { readonly gate: Gate; readonly passed: boolean; readonly seconds: number; readonly output: string };

const bin = (path: string, ...args: string[]) => [process.execPath, `node_modules/${path}`, ...args];
const ours = (path: string, ...args: string[]) => [process.execPath, path, ...args];

const TESTS: readonly Gate[] = [
  {
    // In two threads that load each module once: half the time, and one works while the other waits for a clock. `npm test`
    // runs each file by itself.
    name: "unit tests",
    command: bin("vitest/vitest.mjs", "run", "--project=unit", "--reporter=dot", "--maxWorkers=2", "--no-isolate"),
  },
  { name: "mocked tests", command: bin("vitest/vitest.mjs", "run", "--project=mocked", "--reporter=dot") },
];

/** The slowest first, so that the two lanes end together. `--without-tests` is for who runs `npm test` next. */
const GATES: readonly Gate[] = [
  ...(process.argv.includes("--without-tests") ? [] : TESTS),
  { name: "dead code", command: bin("knip/bin/knip.js", "--no-progress") },
  { name: "types", command: ours("scripts/check/types.ts") },
  {
    name: "format and lint",
    command: bin("@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "--colors=off", "."),
  },
  { name: "layers", command: ours("scripts/check/layers.ts") },
  { name: "schema", command: ours("scripts/db-check.ts") },
  { name: "lint rules", command: ours("scripts/check/lint-rules.ts") },
  { name: "documents", command: ours("scripts/check/documents.ts") },
  { name: "machine traces", command: ours("scripts/check/machine-traces.ts") },
];

const startedAt = performance.now();
// Does nothing when all is there; otherwise the gates would report what is only not generated yet.
const installed = await runCommand(process.execPath, ["scripts/install.mjs"]);
if (installed.code !== 0) throw new Error(installed.output);
const verdicts = await runGates(GATES, Math.min(2, availableParallelism()));
const failed = verdicts.filter((verdict) => !verdict.passed);
for (const { gate, output } of failed) process.stdout.write(`\n--- ${gate.name}\n${output.trimEnd()}\n`);
const total = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(`\n${verdicts.length - failed.length} of ${verdicts.length} gates passed in ${total} s\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runGates(gates: readonly Gate[], lanes: number): Promise<Verdict[]> {
  const waiting = [...gates];
  const done: Verdict[] = [];
  const lane = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const verdict = await runGate(gate);
      const mark = verdict.passed ? "ok  " : "FAIL";
      process.stdout.write(`${mark}  ${gate.name.padEnd(16)} ${verdict.seconds.toFixed(1)} s\n`);
      done.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

async function runGate(gate: Gate): Promise<Verdict> {
  const [command = "", ...args] = gate.command;
  const from = performance.now();
  const { code, output } = await runCommand(command, args);
  return { gate, passed: code === 0, seconds: (performance.now() - from) / 1000, output };
}
