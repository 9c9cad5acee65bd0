import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type TalkingProcess = {
  /** Everything it wrote, on either output. */
  readonly said: () => string;
  readonly untilReady: (url: string) => Promise<void>;
  readonly exited: Promise<number | null>;
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
};

const READY_MS = 20_000;
const POLL_MS = 50;

/** Runs one of our programs, talkative, and keeps what it says. */
export function startTalking(entry: string, environment: Readonly<Record<string, string>>): TalkingProcess {
  const path = fileURLToPath(new URL(`../../${entry}`, import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { NODE_ENV: "production", ...environment, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const said = () => Buffer.concat(chunks).toString("utf8");
  const exited = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  return {
    said,
    exited,
    async untilReady(url) {
      const untilMs = performance.now() + READY_MS;
      while (performance.now() < untilMs && child.exitCode === null) {
        const answer = await fetch(url).catch(() => undefined);
        if (answer?.ok) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new Error(`${entry} did not become ready:\n${said()}`);
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}
