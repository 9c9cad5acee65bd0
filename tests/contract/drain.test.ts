import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { CHANNELS } from "#lib/base/events";
import { findFreePort } from "#scripts/postgres/scratch";
import { type GatewayProcess, startGatewayProcess } from "#tests/support/gateway-process";
import { createInstallation, documentFor, type Installation } from "#tests/support/installation";
import { type OpenAiUpstream, startOpenAiUpstream } from "#tests/support/openai-upstream";
import { openSilentLine } from "#tests/support/silent-line";

let installation: Installation;
let gateway: GatewayProcess | undefined;
let upstream: OpenAiUpstream;
afterEach(async () => {
  await gateway?.stop();
  await upstream.close();
  await installation.close();
});

function stream(url: string, key: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: "model", stream: true, messages: [{ role: "user", content: "hi" }] });
    const call = request(
      `${url}/v1/chat/completions`,
      { method: "POST", headers: { authorization: `Bearer ${key}` } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", reject);
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

async function open(drainMs: number, pauseMs: number) {
  upstream = await startOpenAiUpstream({ pauseMs, words: 10 });
  installation = await createInstallation(documentFor(upstream.url));
  const environment = { ...installation.environment, DRAIN_MS: String(drainMs) };
  gateway = await startGatewayProcess({ port: await findFreePort(), environment });
  return gateway;
}

it("SIGTERM during 50 streams lets every one finish, then the process ends with 0 and leaves no journal", async () => {
  const running = await open(10_000, 150);
  const streams = Array.from({ length: 50 }, () => stream(running.url, installation.keys.live));
  await sleep(800);
  const stopping = running.stop();
  const answers = await Promise.all(streams);
  expect(answers.every(({ status, text }) => status === 200 && text.endsWith("data: [DONE]\n\n"))).toBe(true);
  expect(await stopping).toBe(0);
});

it("what is not finished within the drain time is told so, cut and settled, and the process still ends", async () => {
  const running = await open(500, 400);
  const streams = Array.from({ length: 5 }, () =>
    stream(running.url, installation.keys.live).catch(() => ({ status: 0, text: "" })),
  );
  await sleep(1_000);
  const startedMs = performance.now();
  expect(await running.stop()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(2_500);
  const answers = await Promise.all(streams);
  expect(
    answers.every(({ text }) => /data: \{"error":\{"message":"The gateway is shutting down\.".*\}\n\n$/.test(text)),
  ).toBe(true);
  const client = new pg.Client({ connectionString: installation.databaseUrl });
  await client.connect();
  const { rows } = await client.query("SELECT outcome, count(*)::int AS n FROM usage_event GROUP BY 1");
  await client.end();
  expect(rows).toEqual([{ outcome: "failed", n: 5 }]);
});

const FOUND = { timeout: 30_000, interval: 100 };

it("a database that hangs keeps no process from ending, and what it could not be told stays in the journal", async () => {
  upstream = await startOpenAiUpstream({ pauseMs: 0, words: 1 });
  installation = await createInstallation(documentFor(upstream.url));
  const database = new pg.Client({ connectionString: installation.databaseUrl });
  await database.connect();
  const line = await openSilentLine(installation.databaseUrl);
  const environment = { ...installation.environment, DATABASE_URL: line.databaseUrl, DRAIN_MS: "500" };
  const port = await findFreePort();
  gateway = await startGatewayProcess({ port, environment });
  // Once it listens it trusts what it knows of a key without asking again.
  const found = (query: string) => expect.poll(async () => (await database.query(query)).rowCount, FOUND);
  await found(`SELECT FROM pg_stat_activity WHERE query = 'LISTEN "${CHANNELS.ledgerChanged}"'`).toBe(1);
  expect(await stream(gateway.url, installation.keys.live)).toMatchObject({ status: 200 });
  line.fallSilent();
  expect(await stream(gateway.url, installation.keys.live)).toMatchObject({ status: 200 });
  expect(await gateway.stop()).toBe(0);
  await line.close();
  gateway = await startGatewayProcess({ port, environment: installation.environment });
  await found("SELECT FROM usage_event HAVING sum(requests) = 2").toBe(1);
  await database.end();
}, 90_000);
