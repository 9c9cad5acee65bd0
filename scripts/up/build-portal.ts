import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { watched } from "./roles.ts";
import { runStep } from "./run-step.ts";
import type { Surroundings } from "./types.ts";

const SOURCE_FOLDERS = ["app", "components", "lib", "public", "inngest"];
const SOURCE_FILES = [
  "middleware.ts",
  "next.config.js",
  "postcss.config.mjs",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

/** Builds the portal when its sources have changed since the last build. */
export async function buildPortal(around: Surroundings, logFolder: string) {
  const { root, say, stop } = around;
  const portal = portalBuild(root, around.environment);
  if (portal.isCurrent()) return;
  const command = watched(root, portal.args);
  const environment = { ...portal.environment, SWITCHYARD_PARENT_PID: String(process.pid) };
  const logFile = join(logFolder, "build.log");
  const build = () => runStep({ what: "Building the portal", command, cwd: root, environment, logFile, stop });
  portal.begin();
  await say.timed("Portal built", build, "Building the portal (about a minute) ...");
  portal.end();
}

/** One build of the sources as they are now: arguments for Node, and all it is told: nothing of the settings may be baked in. */
export function portalBuild(root: string, { PATH, HOME }: Readonly<Record<string, string | undefined>>) {
  const sources = hashOf(root);
  const stamp = join(root, ".next", "switchyard-build");
  return {
    args: [join("node_modules", "next", "dist", "bin", "next"), "build"],
    environment: { PATH, HOME, NEXT_TELEMETRY_DISABLED: "1" },
    isCurrent: () => existsSync(stamp) && readFileSync(stamp, "utf8") === sources,
    begin: () => rmSync(stamp, { force: true }),
    end: () => writeFileSync(stamp, sources),
  };
}

function hashOf(root: string) {
  const hash = createHash("sha256");
  const files = [...SOURCE_FOLDERS.flatMap((folder) => filesIn(root, folder)), ...SOURCE_FILES];
  for (const file of files.sort()) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function filesIn(root: string, folder: string) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isTest(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

const isTest = (name: string) => /\.(test|e2e)\.tsx?$/.test(name);
