import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** `failures` says what failed, a line each. */
type Counts = { passed: number; failed: number; skipped: number; failures: string[] };

/**
 * Prints `N passed, N failed, N skipped` as the last line of a run. A file that did not load, an unhandled error and a
 * run that was broken off count as failures; with CI=true a skipped test fails the run. Writes the counts as JSON to
 * the file named by TEST_COUNTS_FILE, so that scripts/test.mjs can add up several runs.
 */
export function vitestClosingLine(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors, reason) {
      const skipped: string[] = [];
      const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
      for (const { message } of unhandledErrors) fail(counts, `outside of the tests: ${message}`);
      for (const module of modules) countModule(module, counts, skipped);
      if (reason === "interrupted") fail(counts, "broken off");
      counts.skipped = skipped.length;
      report(counts, skipped);
    },
  };
}

function countModule(module: TestModule, counts: Counts, skipped: string[]): void {
  const failedBefore = counts.failed;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") counts.passed += 1;
    else if (state === "skipped") skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
    else fail(counts, `${module.relativeModuleId} > ${test.fullName}: ${test.result().errors?.[0]?.message ?? state}`);
  }
  const hasOwnFailure = module.errors().length > 0 || !module.ok();
  if (hasOwnFailure && counts.failed === failedBefore)
    fail(counts, `${module.relativeModuleId}: ${module.errors()[0]?.message ?? "not ok"}`);
}

function fail(counts: Counts, why: string): void {
  counts.failed += 1;
  counts.failures.push(why.split("\n")[0] ?? "");
}

function report(counts: Counts, skipped: readonly string[]): void {
  if (process.env.CI === "true" && skipped.length > 0) {
    process.stdout.write(`\nSkipped, which is a failure in CI:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
    process.exitCode = 1;
  }
  if (counts.failed > 0) process.exitCode = 1;
  const file = process.env.TEST_COUNTS_FILE;
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
}
