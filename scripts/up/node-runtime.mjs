import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The first release in which everything we start was tried: types are stripped and no flag is needed. */
const NEEDED = /** @type {const} */ ([24, 15]);
/** Machines for which npm carries a Node binary; see optionalDependencies. */
const CARRIED = new Set(["linux-x64", "linux-arm64", "darwin-x64"]);

/** Throws before anything is installed when this machine has no way to a new enough Node. */
export function checkNodeReachable() {
  const machine = `${process.platform}-${process.arch}`;
  if (isNewEnough(process.versions.node) || CARRIED.has(machine)) return;
  throw new Error(adviceFor(machine));
}

/** Path of a Node that is new enough: this one, else the one npm installed. */
export function findNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const machine = `${process.platform}-${process.arch}`;
  const carried = join(ROOT, "node_modules", `node-${machine}`, "bin", "node");
  const asked = existsSync(carried) ? spawnSync(carried, ["--version"], { encoding: "utf8" }) : undefined;
  if (asked?.status === 0 && isNewEnough(asked.stdout.trim().slice(1))) return carried;
  throw new Error(adviceFor(machine));
}

/** @param {string} version such as 24.15.0 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** @param {string} machine */
const adviceFor = (machine) =>
  `Switchyard needs Node ${NEEDED.join(".")} or later; this is ${process.version}, and npm carries no working Node for ${machine}.
Install Node 24 (https://nodejs.org, or "brew install node@24" on a Mac) and run the same command again.`;
