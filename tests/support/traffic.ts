import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export type Tally = {
  sent: number;
  answered: number;
  hungUp: number;
  failed: number;
};

type Options = {
  readonly url: () => string;
  readonly key: string;
  readonly count: number;
  readonly concurrency: number;
  /** Of a hundred requests, how many the caller hangs up on. */
  readonly hangUpPercent: number;
  /** Goes on past `count` until this says so. */
  readonly isOver?: () => boolean;
};

/** Sends chat completions, plain and streamed in turn, some hung up midway. A request the gateway was not there for is sent again as a new one. */
export async function sendTraffic({
  url,
  key,
  count,
  concurrency,
  hangUpPercent,
  isOver = () => true,
}: Options): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const tally: Tally = { sent: 0, answered: 0, hungUp: 0, failed: 0 };
  let next = 0;
  const work = async () => {
    while (next < count || !isOver()) {
      const number = next++;
      const isHangUp = number % 100 < hangUpPercent;
      tally.sent++;
      const outcome = await sendOne({
        agent,
        url: url(),
        key,
        number,
        hangUpMs: isHangUp ? (number * 7) % 60 : undefined,
      });
      tally[outcome]++;
      if (outcome === "failed") await sleep(50);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  agent.destroy();
  return tally;
}

type One = { agent: Agent; url: string; key: string; number: number; hangUpMs: number | undefined };

function sendOne({ agent, url, key, number, hangUpMs }: One): Promise<"answered" | "hungUp" | "failed"> {
  return new Promise((resolve) => {
    const body = JSON.stringify({
      model: "model",
      stream: number % 2 === 0,
      messages: [{ role: "user", content: `number ${number}` }],
    });
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const call = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers, timeout: 30_000 });
    let isHungUp = false;
    if (hangUpMs !== undefined) {
      setTimeout(() => {
        isHungUp = true;
        call.destroy();
      }, hangUpMs);
    }
    const over = () => resolve(isHungUp ? "hungUp" : "failed");
    call.on("response", (answer) => {
      answer.resume();
      answer.on("end", () => resolve("answered"));
      answer.on("error", over);
      answer.on("close", over);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", over);
    call.end(body);
  });
}
