import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What the tests of each project need from the system: any one of `programs`, which Debian ships in `debianPackage`. */
const NEEDS = [
  { debianPackage: "chromium", programs: ["chromium", "chromium-browser", "google-chrome"], projects: ["e2e"] },
  { debianPackage: "redis-server", programs: ["redis-server"], projects: ["db", "contract"] },
];
const APT_TIMEOUT_MS = 300_000;

/** Installs what is missing with apt-get when it may; otherwise throws an Error that says what to install. */
export function ensureSystemPrograms(projects) {
  const needed = NEEDS.filter((need) => need.projects.some((project) => projects.includes(project)));
  const missing = needed.filter((need) => !need.programs.some(isOnPath)).map((need) => need.debianPackage);
  if (missing.length === 0) return;
  const advice = `The tests need ${missing.join(" and ")}. On Debian or Ubuntu: apt-get install ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || !isOnPath("apt-get")) throw new Error(advice);
  process.stdout.write(`installing ${missing.join(" and ")} with apt-get\n`);
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...missing);
  if (needed.some((need) => !need.programs.some(isOnPath))) throw new Error(`apt-get did not bring it. ${advice}`);
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync("apt-get", args, { env, encoding: "utf8", timeout: APT_TIMEOUT_MS });
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${stdout}${stderr}`.trimEnd());
}

function isOnPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
