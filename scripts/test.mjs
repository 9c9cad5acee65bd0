import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureInstalled } from "./install.mjs";
import { ensureSystemPrograms } from "./test/ensure-system-programs.mjs";
import { findNode, ROOT } from "./up/node-runtime.mjs";
import { say } from "./up/progress.mjs";

// Runs on any Node from 20.19 with nothing installed, so only node:* and files beside it may be imported here.
const PROJECTS = ["unit", "mocked", "property", "db", "contract", "edges", "e2e", "up"];
const CRASHED = { passed: 0, failed: 1, skipped: 0, failures: ["the runner died"] };

try {
  const projects = readProjects(process.argv.slice(2));
  await ensureInstalled({ say });
  ensureSystemPrograms(projects);
  const counts = await runAll(projects);
  process.exitCode = isGreen(counts) ? 0 : 1;
  // Once more at the end: what came before it is long.
  if (counts.failures.length > 0) process.stdout.write(`\nFailed:\n${counts.failures.join("\n")}\n`);
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** @param {string[]} args names of projects; none means all */
function readProjects(args) {
  const unknown = args.filter((name) => !PROJECTS.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unknown: ${unknown.join(" ")}\nUsage: npm test [-- ${PROJECTS.join("|")} ...]`);
  return args.length === 0 ? PROJECTS : args;
}

/** @param {string[]} projects */
async function runAll(projects) {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-test-"));
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    for (const project of projects) {
      const counts = await runProject(project, join(folder, `${project}.json`));
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
      total.failures.push(...counts.failures.map((failure) => `  ${project}: ${failure}`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

/** A project whose process dies counts as one failure, whatever it had said before. */
async function runProject(project, countsFile) {
  const from = performance.now();
  const code = await runVitest(project, countsFile);
  const counts = readCounts(countsFile);
  const mayFail = counts.failed > 0 || (process.env.CI === "true" && counts.skipped > 0);
  if (code !== 0 && !mayFail) {
    counts.failed += 1;
    counts.failures.push(`ended with code ${code}`);
  }
  process.stdout.write(`${project}: ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
  return counts;
}

function runVitest(project, countsFile) {
  return new Promise((resolve, reject) => {
    const args = ["node_modules/vitest/vitest.mjs", "run", "--project", project];
    const env = { ...process.env, TEST_COUNTS_FILE: countsFile };
    const child = spawn(findNode(), args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    const pass = (signal) => child.kill(signal);
    process.on("SIGINT", pass).on("SIGTERM", pass);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", pass).off("SIGTERM", pass);
      resolve(code ?? 1);
    });
  });
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { ...CRASHED };
  }
}

function isGreen({ passed, failed, skipped }) {
  return failed === 0 && passed > 0 && (process.env.CI !== "true" || skipped === 0);
}
