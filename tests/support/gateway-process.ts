import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("../../server.ts", import.meta.url));

export type GatewayProcess = {
  readonly url: string;
  readonly pid: () => number;
  /** Ends it as a crash would; it is started again, as `up` does. */
  readonly kill: () => Promise<void>;
  readonly waitUntilReady: () => Promise<void>;
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number | null>;
};

type Options = {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly entry?: string;
};

const READY_MS = 20_000;

/** Runs one gateway process and starts it again whenever it dies without having been asked to. */
export async function startGatewayProcess({ port, environment, entry = SERVER }: Options): Promise<GatewayProcess> {
  const url = `http://127.0.0.1:${port}`;
  let isStopping = false;
  let child: ChildProcess;
  const start = () => {
    child = spawn(process.execPath, [entry], {
      env: { NODE_ENV: "production", ...environment, PORT: String(port), LOG_LEVEL: "error" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("exit", () => {
      if (!isStopping) setTimeout(start, 100);
    });
  };
  start();
  const waitUntilReady = async () => {
    const untilMs = performance.now() + READY_MS;
    while (performance.now() < untilMs) {
      const isReady = await fetch(`${url}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (isReady) return;
      await sleep(50);
    }
    throw new Error("the gateway did not become ready");
  };
  await waitUntilReady();
  return {
    url,
    pid: () => child.pid ?? 0,
    waitUntilReady,
    async kill() {
      const dying = once(child, "exit");
      child.kill("SIGKILL");
      await dying;
    },
    async stop() {
      isStopping = true;
      if (child.exitCode !== null) return child.exitCode;
      const ending = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await ending;
      return code;
    },
  };
}
