import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { findFreePort } from "#scripts/postgres/scratch";

export type RedisServer = {
  readonly url: string;
  readonly pid: () => number;
  /** As a machine that stalls: connections stay, nothing is answered. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly kill: () => Promise<void>;
  /** After `kill`: a new, empty one at the same address. */
  readonly start: () => Promise<void>;
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const READY_MS = 10_000;
const POLL_MS = 20;

/** A redis-server of its own that keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"];
    child = spawn("redis-server", args, { stdio: "ignore" });
    await untilReady(url, child);
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ending = once(child, "exit");
    child.kill("SIGKILL");
    await ending;
  };
  // A run that is given up must not leave it behind.
  const onExit = () => void child.kill("SIGKILL");
  process.once("exit", onExit);
  await start();
  return {
    url,
    pid: () => child.pid ?? 0,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    start,
    flush: () => withClient(url, (client) => client.flushall()),
    async stop() {
      await kill();
      process.removeListener("exit", onExit);
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  let isGone = false;
  child.once("error", () => {
    isGone = true;
  });
  const untilMs = performance.now() + READY_MS;
  while (
    !(await withClient(url, (client) => client.ping()).then(
      () => true,
      () => false,
    ))
  ) {
    if (isGone || performance.now() > untilMs) throw new Error("redis-server did not start; is it installed?");
    await sleep(POLL_MS);
  }
}

async function withClient(url: string, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    client.disconnect();
  }
}
