import { spawnSync } from "node:child_process";

/** Points git at .githooks, in a checkout that has chosen no hooks of its own. Outside git it does nothing. */
export function setCommitHook(root) {
  const git = (...args) => spawnSync("git", ["-C", root, "config", "--local", ...args], { encoding: "utf8" });
  if (git("--get", "core.hooksPath").status === 1) git("core.hooksPath", ".githooks");
}
