import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import GATEWAY_FLAGS from "../scripts/gateway-flags.json" with { type: "json" };
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
const COMMAND = ["--import", "./scripts/watch-parent.mjs", "server.ts"];
const METRICS_TOKEN = "bench-metrics-token";
const POLL_MS = 200;
const READY_MS = 30_000;
const SETTLE_MS = 30_000;
// The limit is checked for every call and never reached.
const REQUESTS_PER_MINUTE = 100_000_000;

/** The gateway as it runs in production: everything on, its log in a file, as one process or several. */
export const gatewayTarget =
  (settings: GatewaySettings, processes = 1): OpenTarget =>
  async () => {
    const port = await findFreePort();
    const logFile = join(settings.dataDir, "gateway.log");
    const log = openSync(logFile, "a");
    const child = spawn(
      process.execPath,
      ["--perf-basic-prof", "--interpreted-frames-native-stack", ...GATEWAY_FLAGS, ...COMMAND, "--port", String(port), "--data-dir", settings.dataDir],
      { cwd: ROOT, env: environmentOf(settings, processes), stdio: ["ignore", log, log] },
    );
    const exited = once(child, "exit");
    const url = `http://127.0.0.1:${port}`;
    if (child.pid === undefined) throw new Error("The gateway has no process");
    const ended = exited.then(() => Promise.reject(new Error(`The gateway ended:\n${tailOf(logFile)}`)));
    await Promise.race([until(READY_MS, "the gateway is ready", () => isReady(url, processes)), ended]);
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

const environmentOf = (settings: GatewaySettings, processes: number): NodeJS.ProcessEnv => ({
  NODE_ENV: "production",
  DATABASE_URL: settings.databaseUrl,
  KEY_PEPPER: settings.keyPepper,
  SECRETS_KEY: settings.secretsKey,
  AUTH_SECRET: settings.authSecret,
  METRICS_TOKEN,
  REQUESTS_PER_MINUTE: String(REQUESTS_PER_MINUTE),
  GATEWAY_PROCESSES: String(processes),
  DRAIN_MS: "1000",
});

const tailOf = (file: string) => readFileSync(file, "utf8").slice(-2_000);

/** Whether all of them serve. */
async function isReady(url: string, processes: number): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  if (response?.status !== 200) return false;
  return processes === 1 || valuesOf(await scrape(url), "switchyard_gateway_processes")[0] === processes;
}

async function isJournalEmpty(url: string): Promise<boolean> {
  const text = await scrape(url);
  const depths = JOURNAL_DEPTHS.map((name) => valuesOf(text, name));
  return depths.every((values) => values.length > 0 && values.every((value) => value === 0));
}

const JOURNAL_DEPTHS = ["switchyard_journal_admitted", "switchyard_journal_depth"];

async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return text;
}

/** The values of all series of a metric: one, or one of each process. */
const valuesOf = (text: string, name: string): number[] =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (.+)$`, "gm"))].map(([, value]) => Number(value));

async function until(limitMs: number, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs / 1_000} s in vain until ${what}`);
    await sleep(POLL_MS);
  }
}
