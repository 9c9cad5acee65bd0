import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import {
  askForEveryTrick,
  askForNothing,
  type Calling,
  sendBrokenPrompts,
  showEveryCredential,
} from "#tests/support/canary-calls";
import { canaryDocument, UNREACHABLE } from "#tests/support/canary-document";
import { type Holder, liveAtThePortal } from "#tests/support/canary-people";
import { filePlaces } from "#tests/support/canary-places";
import type { TalkingProcess } from "#tests/support/canary-process";
import { type CanaryStage, openCanaryStage, sweep } from "#tests/support/canary-stage";

/** Every kind of provider that carries its credential in a way of its own. */
const KINDS = ["openai-compatible", "azure-openai", "anthropic", "gemini"] as const;

let stage: CanaryStage;
beforeAll(async () => {
  stage = await openCanaryStage();
  stage.marked("prompt");
}, 60_000);
afterAll(() => stage?.close(), 60_000);

const startGateway = async () => {
  const gateway = stage.start("server.ts");
  await gateway.untilReady(`${stage.gatewayUrl}/readyz`);
  return gateway;
};
const startWorker = async (given: Readonly<Record<string, string>> = {}) => {
  const worker = stage.start("worker.ts", given);
  await worker.untilReady(`${stage.workerUrl}/readyz`);
  return worker;
};

/** Publishes the configuration by the Admin API, after some that are wrong. */
async function publish(): Promise<void> {
  const literals = Object.fromEntries(KINDS.map((kind) => [kind, `literal:${stage.marked(`credential of ${kind}`)}`]));
  const unused = `literal:${stage.marked("credential that is never used")}`;
  const secrets = { ...literals, environment: "env:CANARY_CREDENTIAL" };
  const document = canaryDocument({ origin: stage.upstream.origin, secrets, unused });
  const wrong = stage.marked("credential of a wrong document");
  const provider = { id: "p", kind: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1", allowPrivateNetwork: true };
  const withCredential = (given: object) => ({
    version: 1,
    providers: [{ ...provider, credentials: [{ id: "a", secret: `literal:${wrong}` }], ...given }],
    models: [],
  });
  const refused = [
    withCredential({ credentials: [{ id: "a", secret: wrong }] }),
    withCredential({ credentials: [{ id: wrong, secret: `literal:${wrong}`, weight: wrong }] }),
    withCredential({ credentials: [{ id: "a", secret: `secret:${wrong}` }] }),
    withCredential({ credentials: wrong }),
    withCredential({ baseUrl: `https://user:${wrong}@example.com/v1` }),
    withCredential({ baseUrl: `https://example.com/v1?key=${wrong}` }),
    withCredential({ kind: "no such kind" }),
  ];
  for (const body of refused) {
    const { status } = await stage.admin("/config", { body: JSON.stringify(body) });
    expect(status).toBe(400);
  }
  const yaml = `version: 1\nproviders:\n  - id: p\n    credentials: [{ id: a, secret: "literal:${wrong}" ]\n`;
  expect((await stage.admin("/config", { body: yaml, type: "application/yaml" })).status).toBe(400);
  expect(
    (await stage.admin("/config", { body: `{"secret": "literal:${wrong}" "`, type: "application/json" })).status,
  ).toBe(400);
  const published = await stage.admin("/config?message=canary", { body: JSON.stringify(document) });
  expect(published, published.text).toMatchObject({ status: 201 });
  for (const path of ["/config", "/config/active", "/health", "/audit", "/users", "/organizations"])
    await stage.admin(path);
}

/**
 * Mails wait for a server that is away; then there is one, and everything waiting goes. A mail that waits stands in the
 * queue as it is, link and all, for a day at most (lib/jobs/send-mail.ts): the one thing that is not searched.
 */
async function sendMails(worker: TalkingProcess): Promise<TalkingProcess> {
  await expect.poll(() => worker.said(), { timeout: 10_000 }).toContain("job failed");
  await worker.end("SIGTERM");
  await stage.db.$executeRaw`UPDATE pgboss.job SET start_after = now() WHERE name = 'send-mail' AND state < 'active'`;
  const other = await startWorker();
  const waiting = () =>
    stage.db
      .$queryRaw`SELECT id FROM pgboss.job WHERE name = 'send-mail' AND (state < 'completed' OR data IS NOT NULL)`;
  await expect.poll(waiting, { timeout: 15_000 }).toEqual([]);
  return other;
}

/** Starts programs with settings that they cannot work with. */
async function failToStart(): Promise<void> {
  const wrong = stage.marked("secret in a wrong setting");
  const elsewhere = (host: string) => `postgresql://somebody:${wrong}@${host}/x`;
  const everything = {
    SECRETS_KEY: wrong,
    KEY_PEPPER: wrong.slice(0, 20),
    DATABASE_URL: `mysql://somebody:${wrong}@127.0.0.1/x`,
    REDIS_URL: `http://:${wrong}@127.0.0.1`,
    SMTP_URL: `http://:${wrong}@127.0.0.1`,
  };
  const runs: readonly (readonly [entry: string, given: Readonly<Record<string, string>>])[] = [
    ["server.ts", everything],
    ["worker.ts", everything],
    ["server.ts", { DATABASE_URL: stage.databaseUrl.replace(/:[^:@]+@/, `:${wrong}@`) }],
    ["worker.ts", { DATABASE_URL: stage.databaseUrl.replace(/:[^:@]+@/, `:${wrong}@`) }],
    ["server.ts", { DATABASE_URL: elsewhere("127.0.0.1:1") }],
    ["worker.ts", { DATABASE_URL: elsewhere("nowhere.invalid") }],
  ];
  for (const [entry, given] of runs) {
    const own = { PORT: "0", WORKER_PORT: "0", DATA_DIR: join(stage.environment.DATA_DIR, newId()) };
    const started = stage.start(entry, { ...given, ...own });
    // It gives up, or complains and goes on trying.
    await expect
      .poll(started.said, { timeout: 10_000 })
      .toMatch(/error|Settings are|cannot be used|"level":"(warn|error)"/);
    await started.end("SIGKILL");
  }
}

/** A stream that is under way when its process dies, so that the next one finds its journal. */
async function crash(gateway: TalkingProcess): Promise<void> {
  const answer = await fetch(`${stage.gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.keys.live}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "openai-compatible/open",
      messages: [{ role: "user", content: stage.canaries.get("prompt") }],
      stream: true,
    }),
  });
  await answer.body?.getReader().read();
  await gateway.end("SIGKILL");
  stage.heard.push(...filePlaces(stage.environment.DATA_DIR, ["outbox"]));
}

/** Takes the database away while everything runs, and gives it back. */
async function loseTheDatabase(calling: Calling, holder: Holder): Promise<void> {
  await stage.stopDatabase();
  await Promise.all([
    askForNothing(calling, UNREACHABLE),
    showEveryCredential(calling, holder),
    ...["/config", "/users", "/health"].map((path) => stage.admin(path)),
    stage.admin("/users", { body: JSON.stringify({ email: "ada@example.com", name: "Ada" }) }),
  ]);
  await stage.startDatabase();
  await expect.poll(async () => (await stage.admin("/users")).status, { timeout: 15_000 }).toBe(200);
}

/** Where something must have been written, or nothing was looked for. */
const WRITTEN = [
  /^output of process 0$/,
  /^file .*\/journal\/.*\.log$/,
  /^file .*last-config\.json$/,
  /^file .*server\.log$/,
  /^metrics$/,
  /^table usage_event/,
  /^table audit_log/,
  /^table stored_response/,
  /^table secret$/,
  /^table pgboss\.job/,
];

describe("no secret and no prompt stands anywhere but in sealed or hashed form", () => {
  test("after all was done with them, right and wrong, and a process and the database have died", async () => {
    const worker = await startWorker({ SMTP_URL: `smtp://somebody:${stage.marked("SMTP password")}@127.0.0.1:1` });
    await publish();
    const [holder, first] = await Promise.all([liveAtThePortal(stage), startGateway()]);
    const calling = { stage, url: stage.gatewayUrl };

    const tricked = await askForEveryTrick(calling, [...KINDS, "environment"]);
    expect(new Set(tricked)).toEqual(new Set([200, 400, 409, 422, 429, 502, 503]));
    for (const kind of KINDS) expect(echoesOf(kind).length).toBeGreaterThan(0);
    const shown = await showEveryCredential(calling, holder);
    expect(new Set(shown)).toEqual(new Set([200, 400, 401, 402, 404]));
    const unreached = await askForNothing(calling, UNREACHABLE);
    expect(new Set(unreached)).toEqual(new Set([502]));
    const broken = await sendBrokenPrompts(calling);
    expect(new Set(broken)).toContain(400);
    await readMetrics();

    await crash(first);
    const second = await startGateway();
    await askForEveryTrick(calling, ["openai-compatible"]);
    const mailing = await sendMails(worker);
    await loseTheDatabase(calling, holder);
    await failToStart();
    await readMetrics();
    await second.end("SIGTERM");
    await mailing.end("SIGTERM");

    const places = await stage.places();
    const written = places.filter((place) => place.written.length > 0).map(({ name }) => name);
    for (const place of WRITTEN)
      expect(
        written.some((name) => place.test(name)),
        String(place),
      ).toBe(true);
    expect(sweep(places, stage.canaries)).toEqual([]);
  }, 60_000);

  test("and what is planted anywhere is found there, in whatever form", async () => {
    const { db, environment, heard, orgId } = stage;
    const planted = { planted: stage.marked("planted") };
    const inHex = Buffer.from(planted.planted).toString("hex");
    await db.organization.update({ where: { id: orgId }, data: { name: `Ours ${planted.planted}` } });
    await db.usageQuarantine.create({ data: { id: newId(), payload: planted, error: "" } });
    await db.secret.updateMany({ data: { ciphertext: Buffer.from(planted.planted) } });
    writeFileSync(join(environment.DATA_DIR, "planted.segment"), Buffer.from(`..${planted.planted}`));
    writeFileSync(join(environment.DATA_DIR, "planted.base64"), Buffer.from(`x${planted.planted}`).toString("base64"));
    const talking = stage.start("server.ts", { DATABASE_URL: planted.planted, PORT: planted.planted });
    await talking.exited;
    heard.push({ name: "an answer", written: `Bearer ${inHex}` });
    const found = sweep(await stage.places(), stage.canaries).map(
      ({ place, form }) => `${place.split("/").at(-1)}: ${form}`,
    );
    expect(found.sort()).toEqual([
      "an answer: hex",
      "planted.base64: base64",
      "planted.segment: plain",
      "table organization: plain",
      "table secret: hex",
      "table usage_quarantine: plain",
    ]);
  }, 30_000);
});

/** The answers that would have told a caller the credential, had it not been taken out. */
const echoesOf = (kind: string) =>
  stage.heard.filter(({ name, written }) => name.includes(`${kind}/`) && String(written).includes("[concealed]"));

async function readMetrics(): Promise<void> {
  const headers = { authorization: `Bearer ${stage.environment.METRICS_TOKEN}` };
  const { status, text } = await stage.ask(`${stage.gatewayUrl}/metrics`, { headers });
  expect(status).toBe(200);
  stage.heard.push({ name: "metrics", written: text });
}
