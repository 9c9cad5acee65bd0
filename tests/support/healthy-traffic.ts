import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export type HealthyReport = {
  readonly sent: number;
  /** What went wrong, one line each. */
  readonly failed: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
};

export type HealthyTraffic = { readonly stop: () => Promise<HealthyReport> };

const CALLERS = 4;
const PAUSE_MS = 10;

/** Callers as they should be, with a good key: plain and streamed calls in turn, on connections that are kept. */
export function startHealthyTraffic({ url, key }: { url: string; key: string }): HealthyTraffic {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const failed: string[] = [];
  const tookMs: number[] = [];
  let isOver = false;
  const call = async (caller: number) => {
    for (let number = 0; !isOver; number++) {
      const canary = `canary-${caller}-${number}`;
      const startedMs = performance.now();
      const problem = await ask({ url, key, agent, canary, isStream: number % 2 === 0 });
      tookMs.push(performance.now() - startedMs);
      if (problem !== undefined) failed.push(problem);
      await sleep(PAUSE_MS);
    }
  };
  const running = Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
  return {
    async stop() {
      isOver = true;
      await running;
      agent.destroy();
      const sorted = tookMs.toSorted((one, other) => one - other);
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
      return { sent: sorted.length, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}

type Asked = { url: string; key: string; agent: Agent; canary: string; isStream: boolean };

/** Gives what was wrong with the answer, or nothing. */
function ask({ url, key, agent, canary, isStream }: Asked): Promise<string | undefined> {
  const body = JSON.stringify({ model: "model", stream: isStream, messages: [{ role: "user", content: canary }] });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return new Promise((resolve) => {
    const call = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("error", (error) => resolve(`cut: ${error.message}`));
      answer.on("end", () => {
        const isRight =
          answer.statusCode === 200 && text.includes(canary) && (!isStream || text.endsWith("data: [DONE]\n\n"));
        resolve(isRight ? undefined : `${answer.statusCode}: ${text.slice(0, 200)}`);
      });
    });
    call.on("error", (error) => resolve(`failed: ${error.message}`));
    call.end(body);
  });
}
