import { type StdioOptions, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Environment } from "./types.ts";

export type LoggedCommand = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Environment;
  readonly logFile: string;
};

/**
 * Starts a program in a group of its own, so that Ctrl-C does not reach it, writing to a file, so that it can go on
 * writing when we are gone. With pipes, its stdin and stdout are ours.
 */
export function spawnLogged({ command, cwd, environment, logFile }: LoggedCommand, withPipes = false) {
  const [file = "", ...args] = command;
  const log = openSync(logFile, "a", 0o600);
  try {
    const stdio: StdioOptions = withPipes ? ["pipe", "pipe", log] : ["ignore", log, log];
    return spawn(file, args, { cwd, env: { ...environment, NODE_ENV: "production" }, stdio, detached: true });
  } finally {
    closeSync(log);
  }
}
