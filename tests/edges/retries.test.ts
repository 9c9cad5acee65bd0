import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, inject, it } from "vitest";
import { findFreePort } from "#scripts/postgres/scratch";
import { type GatewayProcess, startGatewayProcess } from "#tests/support/gateway-process";
import { expectUnharmed, underAttack, upstreamCounts } from "#tests/support/under-attack";

const CALLS = 3;

it("C11: the official client does not try again what is wrong by itself, and nothing of it reaches an upstream", async () => {
  const { url, key } = inject("edge");
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 2 });
  const before = (await upstreamCounts()).total;
  const report = await underAttack(async () => {
    const asked = Array.from({ length: CALLS }, () =>
      client.chat.completions
        .create({ model: "nowhere", messages: [{ role: "user", content: "hi" }] })
        .catch((error: unknown) => error),
    );
    for (const error of await Promise.all(asked)) expect(error).toBeInstanceOf(OpenAI.NotFoundError);
  });
  expectUnharmed(report);
  expect((await upstreamCounts()).total - before).toBe(report.healthy.sent);
});

/** Many enough that those who are told the same second all find room: who comes back when is left to chance. */
const ROOM = 8;
const CLIENTS = 12;
/** So long there is no room. */
const BUSY_MS = 1_500;
const RETRIES = 2;
/** Timers may fire a little before their time. */
const EARLY_MS = 20;

/** A gateway beside the other one that takes on very few calls at once. */
async function withSmallGateway(run: (gateway: GatewayProcess) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-small-"));
  const environment = {
    ...inject("edge").environment,
    NODE_OPTIONS: "",
    DATA_DIR: dataDir,
    MAX_REQUESTS_IN_FLIGHT: String(ROOM),
  };
  const gateway = await startGatewayProcess({ port: await findFreePort(), environment });
  try {
    await run(gateway);
  } finally {
    await gateway.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Attempt = { readonly atMs: number; readonly status: number; readonly retryAfterS: number };

/** The official client as it is, and what it did. */
function watchedClient(url: string) {
  const attempts: Attempt[] = [];
  const client = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: inject("edge").key,
    maxRetries: RETRIES,
    async fetch(...asked) {
      const atMs = performance.now();
      const answer = await fetch(...asked);
      attempts.push({ atMs, status: answer.status, retryAfterS: Number(answer.headers.get("retry-after") ?? 0) });
      return answer;
    },
  });
  const ask = (content: string, firstMs = 0) =>
    client.chat.completions.create({ model: "model", messages: [{ role: "user", content }], ...{ edge: { firstMs } } });
  return { attempts, ask };
}

it("C11: in an overload the official client comes back when it is told to, at most twice, and each call runs once", async () => {
  await withSmallGateway(async ({ url }) => {
    const before = await upstreamCounts();
    const busy = Array.from({ length: ROOM }, () => watchedClient(url).ask("busy", BUSY_MS));
    await expect.poll(async () => (await upstreamCounts()).active).toBe(before.active + ROOM);
    const clients = Array.from({ length: CLIENTS }, () => watchedClient(url));
    const answers = await Promise.all(clients.map(({ ask }, number) => ask(`canary-${number}`)));
    await Promise.all(busy);

    expect(answers.map(({ choices }) => choices[0]?.message.content?.trim())).toEqual(
      clients.map((_client, number) => `canary-${number}`),
    );
    for (const { attempts } of clients) {
      expect(attempts.length).toBeLessThanOrEqual(1 + RETRIES);
      expect(attempts.map(({ status }) => status)).toEqual([...Array(attempts.length - 1).fill(503), 200]);
      for (const [at, { atMs }] of attempts.slice(1).entries()) {
        const refused = attempts[at];
        expect(refused?.retryAfterS).toBeGreaterThanOrEqual(1);
        expect(atMs - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual((refused?.retryAfterS ?? 0) * 1_000 - EARLY_MS);
      }
    }
    const refusals = clients.flatMap(({ attempts }) => attempts.slice(0, -1));
    expect(refusals.length).toBeGreaterThanOrEqual(CLIENTS);
    // They do not all come back at once.
    expect(new Set(refusals.map(({ retryAfterS }) => retryAfterS)).size).toBeGreaterThan(1);
    expect((await upstreamCounts()).total - before.total).toBe(ROOM + CLIENTS);
  });
});
