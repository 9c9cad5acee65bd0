import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadReport } from "./load.ts";

export type LoadGenerator = {
  readonly pid: number;
  /** Runs one order to its end. Throws if a single answer was wrong: such a run measures nothing. */
  readonly run: (order: LoadOrder) => Promise<LoadReport>;
  /** Hangs up the streams that an order with `hold` has opened. Throws if one had ended before. */
  readonly release: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts the load generator as a process of its own. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(new URL("./load.ts", import.meta.url)), { env: { NODE_ENV: "production" } });
  const exited = once(child, "exit");
  if (child.pid === undefined) throw new Error("The load generator has no process");
  const ask = async (message: LoadOrder | "release"): Promise<unknown> => {
    const reply = once(child, "message");
    child.send(message);
    const died = exited.then(([code]) => Promise.reject(new Error(`The load generator ended with ${code}`)));
    const [answer] = await Promise.race([reply, died]);
    return answer;
  };
  return {
    pid: child.pid,
    run: async (order) => {
      const report = (await ask(order)) as LoadReport;
      if (report.errors > 0) {
        throw new Error(
          `${report.errors} of ${order.requests} answers from ${order.url} were wrong: ${report.firstError}`,
        );
      }
      return report;
    },
    release: async () => {
      const lost = await ask("release");
      if (lost !== 0) throw new Error(`${lost} streams did not stay open`);
    },
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}
