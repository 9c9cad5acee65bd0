import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setCommitHook } from "./set-commit-hook.mjs";
import { checkNodeReachable, findNode, ROOT } from "./up/node-runtime.mjs";
import { say as terminal } from "./up/progress.mjs";

const WATCH_PARENT = fileURLToPath(new URL("watch-parent.mjs", import.meta.url));
const GENERATED = join(ROOT, "lib", "platform", "generated");
const SETUP_STAMP = join(GENERATED, ".made-from");
const OUTPUT_LINES_SHOWN = 15;

/**
 * Installs from the lock file when `node_modules` does not hold what it names, then does what install scripts would
 * (they are switched off): the database client is generated. Does nothing when all is there. Node 20.19 is enough.
 * @param {{ say?: import("./up/progress.mjs").Say, signal?: AbortSignal }} [how]
 */
export async function ensureInstalled({ say = terminal, signal } = {}) {
  checkNodeReachable();
  if (!isInstalled()) {
    const install = () => run([...npm(), "ci", ...NPM_FLAGS], "npm ci", signal);
    await say.timed("Packages installed from the lock file", install, "Installing packages (a minute or two) ...");
  }
  const wanted = setupHash();
  if (isSetUp(wanted)) return;
  const generate = () =>
    run([findNode(), join(ROOT, "scripts", "prisma-generate.mjs")], "Generating the database client", signal);
  await say.timed("Database client generated", generate);
  setCommitHook(ROOT);
  writeFileSync(SETUP_STAMP, wanted);
}

const NPM_FLAGS = [
  "--ignore-scripts",
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
  "--prefer-offline",
  "--loglevel=error",
];

/** npm as a Node program under our watch, so that it does not go on alone; else whatever `npm` is on the path. */
function npm() {
  const beside = join(dirname(realpathSync(process.execPath)), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const script = [process.env.npm_execpath, beside].find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return script === undefined ? ["npm"] : [process.execPath, "--import", WATCH_PARENT, script];
}

/** npm keeps in `node_modules` its own lock file of what is there: compare, whatever the times of the files are. */
function isInstalled() {
  const wanted = readPackages(join(ROOT, "package-lock.json"));
  const present = readPackages(join(ROOT, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Changes with whatever the generated client depends on. */
function setupHash() {
  const hash = createHash("sha256");
  const folder = join(ROOT, "prisma", "schema");
  const files = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  for (const file of [...files, join(ROOT, "prisma.config.ts"), join(ROOT, "package-lock.json")]) {
    hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** @param {string} wanted */
function isSetUp(wanted) {
  if (!existsSync(join(GENERATED, "client.ts"))) return false;
  return existsSync(SETUP_STAMP) && readFileSync(SETUP_STAMP, "utf8") === wanted;
}

/**
 * @param {string[]} command
 * @param {string} label
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function run([file = "", ...args], label, signal) {
  const child = spawn(file, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`${label} could not be run: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const shown = output.trim().split("\n").slice(0, OUTPUT_LINES_SHOWN).join("\n");
      reject(
        new Error(
          `${label} failed:\n${shown}\n\nIf the npm registry could not be reached, check the connection and run the same command again.`,
        ),
      );
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled().catch((error) => {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  });
}
