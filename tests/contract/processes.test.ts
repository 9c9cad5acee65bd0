import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { publishConfig } from "#lib/features/config/publish-config";
import { systemContext } from "#lib/features/context";
import { providerOf } from "#lib/gateway/providers/registry";
import { type Answered, type Caller, createCaller, type Fault } from "#tests/support/caller";
import { type ClusterStage, openClusterStage } from "#tests/support/cluster-stage";
import { documentFor } from "#tests/support/installation";
import { callersAt, isRunning } from "#tests/support/process-tree";

const PROCESSES = 3;
const LIMIT = 240;
/** What each process may admit of a key before it has heard of it (docs/processes.md). */
const CREDIT = 30;
/** What comes back while a test uses a key up. */
const SLACK = 20;
const PAUSE_MS = 50;
const WORDS = 20;
/** Enough new connections to reach every process several times: they are handed round. */
const ROUNDS = 4;
const REFUSED_WITHIN_S = 5;

let stage: ClusterStage;
beforeAll(async () => {
  stage = await openClusterStage({
    processes: PROCESSES,
    requestsPerMinute: LIMIT,
    withRedis: true,
    pauseMs: PAUSE_MS,
    words: WORDS,
  });
  await allServe();
}, 120_000);
afterAll(() => stage?.close(), 60_000);

const metric = (text: string, series: string) =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? Number.NaN,
  );

/** How many requests the metrics have counted, of every kind. */
const counted = async () =>
  [...(await (await stage.metrics()).text()).matchAll(/^switchyard_requests_total\{.*\} (\d+)$/gm)]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0);

/** Waits until as many processes serve as there should be, none of them one of these. */
const allServe = (gone: readonly number[] = []) =>
  vi.waitFor(
    async () => {
      const text = await (await stage.metrics()).text();
      expect(metric(text, 'switchyard_gateway_processes{state="serving"}')).toBe(PROCESSES);
      expect(stage.workers().filter((pid) => gone.includes(pid))).toEqual([]);
    },
    { timeout: 20_000 },
  );

/** One call on each of some new connections, so that every process gets some. */
async function askAll(key: string, path = "/v1/models"): Promise<number[]> {
  const statuses: number[] = [];
  for (let call = 0; call < ROUNDS * PROCESSES; call++) {
    const answer = await fetch(stage.url + path, { headers: { authorization: `Bearer ${key}`, connection: "close" } });
    await answer.body?.cancel();
    statuses.push(answer.status);
  }
  return statuses;
}

const every = (status: number) => Array(ROUNDS * PROCESSES).fill(status);

type Log = { readonly answers: Answered[]; readonly faults: Fault[]; readonly caller: Caller };

/** Callers that call without a pause until told to stop, every other one for streams. */
function callAlong(keys: readonly string[]) {
  let isOver = false;
  const logs = keys.map((key): Log => ({ answers: [], faults: [], caller: createCaller(stage.url, key) }));
  const running = logs.map(async ({ caller, answers, faults }, index) => {
    while (!isOver) {
      await caller.chat({ isStream: index % 2 === 0 }).then(
        (answer) => answers.push(answer),
        (fault: Fault) => faults.push(fault),
      );
    }
    caller.close();
  });
  return {
    logs,
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}

const isWhole = ({ status, text }: Answered) =>
  status === 200 && (text.endsWith("data: [DONE]\n\n") || text.includes('"finish_reason":"stop"'));

/** How many usage rows each request has that the upstream received. */
async function rowsOfReceived(): Promise<number[]> {
  const ids = stage.upstream.received.map(({ requestId }) => requestId);
  const rows = await stage.db.usageEvent.findMany({ where: { id: { in: ids } }, select: { id: true } });
  const counts = new Map<string, number>();
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  return ids.map((id) => counts.get(id) ?? 0);
}

test("one killed and another told to stop, under load: only the killed one's callers notice, every request is accounted for once", async () => {
  const keys = await Promise.all(Array.from({ length: 12 }, () => stage.key()));
  const load = callAlong(keys.map(({ secret }) => secret));
  await expect.poll(() => stage.upstream.received.length, { timeout: 10_000 }).toBeGreaterThan(100);

  const countedBefore = await counted();
  const [killed = 0, stopped = 0] = stage.workers();
  const atKilled = callersAt(killed, stage.port);
  process.kill(killed, "SIGKILL");
  process.kill(stopped, "SIGTERM");
  await allServe([killed, stopped]);
  expect(await counted()).toBeGreaterThan(countedBefore);
  const sinceAllServe = stage.upstream.received.length;
  await expect.poll(() => stage.upstream.received.length, { timeout: 10_000 }).toBeGreaterThan(sinceAllServe + 100);
  await load.stop();

  expect(atKilled.size).toBeGreaterThan(0);
  const faults = load.logs.flatMap((log) => log.faults);
  expect(faults.filter(({ localPort }) => !atKilled.has(localPort))).toEqual([]);
  expect(faults.length).toBeLessThanOrEqual(atKilled.size);
  for (const { answers } of load.logs) expect(answers.filter((answer) => !isWhole(answer))).toEqual([]);
  const expected = stage.upstream.received.map(() => 1);
  await expect.poll(rowsOfReceived, { timeout: 20_000, interval: 250 }).toEqual(expected);
}, 60_000);

test("a connection on its way to a process that dies is served by another", async () => {
  const [stalled = 0] = stage.workers();
  process.kill(stalled, "SIGSTOP");
  const outcomes: string[] = [];
  const sockets = Array.from({ length: 2 * PROCESSES }, () => {
    const socket = connect(stage.port, "127.0.0.1");
    socket.write("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => outcomes.push(text.slice(0, text.indexOf("\r\n"))));
    return socket;
  });
  await expect.poll(() => outcomes.length).toBe(sockets.length - 1);
  process.kill(stalled, "SIGKILL");
  await expect.poll(() => outcomes).toEqual(Array(sockets.length).fill("HTTP/1.1 200 OK"));
  await allServe([stalled]);
});

describe("common to all processes", () => {
  test("429: a key's limit, up to the credit of each", async () => {
    const { secret } = await stage.key();
    let admitted = 0;
    for (let quiet = 0; quiet < 2; ) {
      const statuses = await askAll(secret);
      expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
      const count = statuses.filter((status) => status === 200).length;
      admitted += count;
      quiet = count <= 2 ? quiet + 1 : 0;
    }
    expect(admitted).toBeGreaterThanOrEqual(LIMIT);
    expect(admitted).toBeLessThanOrEqual(LIMIT + PROCESSES * CREDIT + SLACK);
  });

  test("the metrics, behind their token: what is counted is added up, levels are told by process", async () => {
    expect((await stage.metrics("wrong-token-of-enough-length")).status).toBe(401);
    const { secret } = await stage.key();
    const series =
      'switchyard_requests_total{gen_ai_operation_name="models.list",gen_ai_request_model="",gen_ai_provider_name="",status="200",stream="false"}';
    const before = metric(await (await stage.metrics()).text(), series);
    const asked = await askAll(secret);
    const text = await (await stage.metrics()).text();
    expect(metric(text, series) - (Number.isNaN(before) ? 0 : before)).toBe(asked.length);
    for (let number = 1; number <= PROCESSES; number++)
      expect(metric(text, `process_resident_memory_bytes{process="${number}"}`)).toBeGreaterThan(1e6);
    expect(metric(text, "switchyard_gateway_process_deaths_total")).toBeGreaterThan(0);
  });

  test("a revocation, within five seconds, with Redis running and with Redis gone", async () => {
    for (const isRedisGone of [false, true]) {
      const { id, secret } = await stage.key();
      if (isRedisGone) await stage.redis?.kill();
      expect(await askAll(secret)).toEqual(every(200));
      await stage.revoke(id);
      const sinceMs = performance.now();
      await expect.poll(() => askAll(secret), { timeout: 10_000, interval: 20 }).toEqual(every(401));
      expect((performance.now() - sinceMs) / 1_000).toBeLessThan(REFUSED_WITHIN_S);
    }
  });

  test("429: with Redis gone each keeps to its share of the limit", async () => {
    const { secret } = await stage.key();
    const text = await (await stage.metrics()).text();
    for (let number = 1; number <= PROCESSES; number++)
      expect(metric(text, `switchyard_limits_shared{process="${number}"}`)).toBe(0);
    let admitted = 0;
    for (let quiet = 0; quiet < 2; ) {
      const count = (await askAll(secret)).filter((status) => status === 200).length;
      admitted += count;
      quiet = count <= 2 ? quiet + 1 : 0;
    }
    expect(admitted).toBeGreaterThanOrEqual(LIMIT);
    expect(admitted).toBeLessThanOrEqual(LIMIT + SLACK);
    await stage.redis?.start();
  });

  test("a new configuration", async () => {
    const { secret } = await stage.key();
    const document = documentFor(stage.upstream.url);
    const [model] = document.models;
    const source = { ...document, models: [...document.models, { ...model, id: "new-model" }] };
    const registry = { providerOf };
    const deps = { registry, secretsKey: stage.secretsKey };
    await publishConfig(systemContext("test", stage.db), { source, message: "test" }, deps);
    await expect.poll(() => askAll(secret, "/v1/models/new-model"), { timeout: 10_000 }).toEqual(every(200));
  });
});

describe("the first process", () => {
  test("ends with 1 when none of the others can start, as where the port is taken", async () => {
    const environment = { ...stage.installation.environment, GATEWAY_PROCESSES: "2", PORT: String(stage.port) };
    const first = spawn(process.execPath, ["server.ts"], { env: { NODE_ENV: "production", ...environment } });
    let told = "";
    first.stderr.on("data", (chunk) => {
      told += chunk;
    });
    const [code] = await once(first, "exit");
    expect(code).toBe(1);
    expect(told).toContain("EADDRINUSE");
    expect(told).toContain("no gateway process could start");
  });

  test("killed: no process is left, and the next one accounts for what was under way", async () => {
    const { secret } = await stage.key();
    const workers = stage.workers();
    const before = stage.upstream.received.length;
    const callers = Array.from({ length: PROCESSES }, () => createCaller(stage.url, secret));
    const streams = callers.map((caller) => caller.chat({ isStream: true }).catch(() => undefined));
    await expect.poll(() => stage.upstream.received.length).toBe(before + callers.length);
    await stage.gateway.kill();
    await expect.poll(() => workers.filter(isRunning)).toEqual([]);
    await Promise.all(streams);
    for (const caller of callers) caller.close();
    await allServe(workers);
    const expected = stage.upstream.received.map(() => 1);
    await expect.poll(rowsOfReceived, { timeout: 20_000, interval: 250 }).toEqual(expected);
  });

  test("told to stop: streams of all finish, no process is left, it ends with 0", async () => {
    const { secret } = await stage.key();
    const callers = Array.from({ length: 3 * PROCESSES }, () => createCaller(stage.url, secret));
    const before = stage.upstream.received.length;
    const streams = callers.map((caller) => caller.chat({ isStream: true }));
    await expect.poll(() => stage.upstream.received.length).toBe(before + callers.length);
    const workers = stage.workers();
    expect(workers).toHaveLength(PROCESSES);
    const stopping = stage.gateway.stop();
    expect((await Promise.all(streams)).filter((answer) => !isWhole(answer))).toEqual([]);
    expect(await stopping).toBe(0);
    expect(workers.filter(isRunning)).toEqual([]);
    for (const caller of callers) caller.close();
  });
});
