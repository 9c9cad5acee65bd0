import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../scripts/postgres/scratch.ts";
import type { OpenTarget } from "./targets.ts";

export type GatewaySettings = {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly keyPepper: string;
  readonly secretsKey: string;
  readonly authSecret: string;
  readonly apiKey: string;
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const METRICS_TOKEN = "bench-metrics-token";
const POLL_MS = 200;
const READY_MS = 30_000;
const SETTLE_MS = 30_000;
// The limit is checked for every call and never reached.
const REQUESTS_PER_MINUTE = 100_000_000;

/** The gateway as it runs in production: one process, everything on, its log in a file. */
export const gatewayTarget =
  (settings: GatewaySettings): OpenTarget =>
  async () => {
    const port = await findFreePort();
    const logFile = join(settings.dataDir, "gateway.log");
    const log = openSync(logFile, "a");
    const child = spawn(
      process.execPath,
      ["--import", "./scripts/watch-parent.mjs", "server.ts", "--port", String(port), "--data-dir", settings.dataDir],
      { cwd: ROOT, env: environmentOf(settings), stdio: ["ignore", log, log] },
    );
    const exited = once(child, "exit");
    const url = `http://127.0.0.1:${port}`;
    if (child.pid === undefined) throw new Error("The gateway has no process");
    const ended = exited.then(() => Promise.reject(new Error(`The gateway ended:\n${tailOf(logFile)}`)));
    await Promise.race([until(READY_MS, "the gateway is ready", () => isReady(url)), ended]);
    return {
      name: "gateway",
      pid: child.pid,
      url,
      apiKey: settings.apiKey,
      settle: () => until(SETTLE_MS, "the gateway's journal is flushed", () => isJournalEmpty(url)),
      stop: async () => {
        child.kill();
        await exited;
      },
    };
  };

const environmentOf = (settings: GatewaySettings): NodeJS.ProcessEnv => ({
  NODE_ENV: "production",
  DATABASE_URL: settings.databaseUrl,
  KEY_PEPPER: settings.keyPepper,
  SECRETS_KEY: settings.secretsKey,
  AUTH_SECRET: settings.authSecret,
  METRICS_TOKEN,
  REQUESTS_PER_MINUTE: String(REQUESTS_PER_MINUTE),
  DRAIN_MS: "1000",
});

const tailOf = (file: string) => readFileSync(file, "utf8").slice(-2_000);

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

async function isJournalEmpty(url: string): Promise<boolean> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return ["switchyard_journal_admitted", "switchyard_journal_depth"].every((name) =>
    new RegExp(`^${name} 0$`, "m").test(text),
  );
}

async function until(limitMs: number, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs / 1_000} s in vain until ${what}`);
    await sleep(POLL_MS);
  }
}
