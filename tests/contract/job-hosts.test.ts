import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { newId } from "#lib/base/ids";
import { enqueueMail } from "#lib/jobs/enqueue-mail";
import { defineJob, type Job } from "#lib/jobs/job";
import { maintainPartitions } from "#lib/jobs/maintain-partitions";
import { pruneResponses } from "#lib/jobs/prune-responses";
import { JOBS } from "#lib/jobs/registry";
import { rotateSigningKeys } from "#lib/jobs/rotate-signing-keys";
import { runJob } from "#lib/jobs/run-job";
import { sendMail } from "#lib/jobs/send-mail";
import { eventOf, INNGEST_APP, inngestFunctionOf, type JobParts } from "#lib/mounts/inngest-host";
import { createInngestRelay } from "#lib/mounts/inngest-relay";
import { openPgQueue, type Perform, type QueueDepth } from "#lib/mounts/pg-queue";
import { createLog } from "#lib/platform/log";
import type { Mail } from "#lib/platform/mail";
import { openStage, type Stage } from "#tests/support/stage";

const SECRET = "https://switchyard.example/link/sign-in#the-secret-token";
const mail: Mail = {
  to: "ada@example.com",
  subject: "Your sign-in link",
  text: SECRET,
  html: `<a href="${SECRET}">in</a>`,
};
const secretsKey = Buffer.alloc(32, 7).toString("base64");

let stage: Stage;
const sent: { mail: Mail; id: string }[] = [];
const lines: string[] = [];
const log = createLog("test", "info", (line) => void lines.push(line));
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  sent.length = 0;
  lines.length = 0;
});

type Send = JobParts["mailer"]["send"];
const accept: Send = async (given, id) => void sent.push({ mail: given, id });
const partsWith = (send: Send): JobParts => ({
  db: stage.db,
  mailer: { send, close: () => undefined },
  now: () => new Date(),
  log,
  secretsKey,
});

const records = () => lines.map((line): { message: string; job: string; runId: string } => JSON.parse(line));
const recordsOf = (job: Job<never>) => records().filter((record) => record.job === job.name);

const partitions = async () => {
  const rows = await stage.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_inherits WHERE inhparent = 'usage_event'::regclass`;
  return rows[0]?.count ?? 0;
};

const dropNewestPartition = async () => {
  const [row] = await stage.db.$queryRaw<{ name: string }[]>`
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'usage_event'::regclass AND inhrelid::regclass::text <> 'usage_event_default' ORDER BY 1 DESC LIMIT 1`;
  await stage.db.$executeRawUnsafe(`DROP TABLE ${row?.name}`);
};

const plantOldSigningKey = async () => {
  await stage.db.signingKey.deleteMany();
  const bytes = new Uint8Array();
  const sealed = { ciphertext: bytes, nonce: bytes, wrappedKey: bytes, wrapNonce: bytes };
  const createdAt = new Date(Date.now() - 31 * 86_400_000);
  await stage.db.signingKey.create({ data: { id: newId(), publicJwk: {}, createdAt, ...sealed } });
};

const plantExpiredResponse = () => {
  const bytes = new Uint8Array();
  const long = new Date(Date.now() - 86_400_000);
  const ids = { id: newId(), orgId: stage.ours.id, projectId: newId(), responseId: newId() };
  const sealed = { input: bytes, response: bytes };
  const about = { isTest: false, model: "model", turns: 1, createdAt: long, expiresAt: long };
  return stage.db.storedResponse.create({ data: { ...ids, ...about, ...sealed } });
};

describe("the Postgres queue", () => {
  const performWith =
    (parts: JobParts): Perform =>
    (job, payload, runId) =>
      runJob(job, payload, { ctx: { ...parts, runId, step: (_name, work) => work() }, log });

  const open = async (given: { readonly perform: Perform; readonly jobs?: readonly Job[] }) => {
    const queue = await openPgQueue({
      databaseUrl: stage.databaseUrl,
      jobs: JOBS,
      isScheduling: true,
      secretsKey,
      log,
      ...given,
    });
    closing.push(() => queue.close(5_000));
    return queue;
  };

  const stored = (name: string) =>
    stage.db.$queryRaw<{ id: string; state: string; data: unknown; retry_count: number }[]>`
      SELECT id::text, state::text, data, retry_count FROM pgboss.job WHERE name = ${name} ORDER BY created_on DESC`;

  test("sends a mail once its transaction commits, then forgets what was in it", async () => {
    await open({ perform: performWith(partsWith(accept)) });
    await stage.db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
    await vi.waitFor(() => expect(sent).toHaveLength(1), 10_000);
    expect(sent[0]?.mail).toEqual(mail);
    await vi.waitFor(
      async () => expect((await stored(sendMail.name))[0]).toMatchObject({ state: "completed", data: null }),
      10_000,
    );
    expect(recordsOf(sendMail)).toMatchObject([{ message: "job done", runId: sent[0]?.id }]);
    expect(lines.join()).not.toContain("the-secret-token");
  });

  test("holds a mail sealed while it waits", async () => {
    const [row] = await stage.db.$transaction(async (tx) => {
      await enqueueMail(tx, mail, secretsKey);
      return tx.$queryRaw<{ text: string }[]>`
        DELETE FROM pgboss.job WHERE name = ${sendMail.name} AND state < 'active' RETURNING job::text AS text`;
    });
    expect(row?.text).toContain("ciphertext");
    expect(row?.text).not.toMatch(/the-secret-token|ada@example/);
  });

  test("sends nothing when the transaction is rolled back", async () => {
    await open({ perform: performWith(partsWith(accept)) });
    const before = await stored(sendMail.name);
    const rolledBack = stage.db.$transaction(async (tx) => {
      await enqueueMail(tx, mail, secretsKey);
      throw new Error("no");
    });
    await expect(rolledBack).rejects.toThrow("no");
    expect(await stored(sendMail.name)).toEqual(before);
  });

  test("tries a mail again that the mail server refused, under the same id", async () => {
    const ids: string[] = [];
    const refuseOnce: Send = async (given, id) => {
      ids.push(id);
      if (ids.length === 1) throw new Error("451 try later");
      await accept(given, id);
    };
    await open({ perform: performWith(partsWith(refuseOnce)) });
    await stage.db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
    await vi.waitFor(() => expect(sent).toHaveLength(1), 20_000);
    expect(ids).toEqual([sent[0]?.id, sent[0]?.id]);
    expect(recordsOf(sendMail).map(({ message }) => message)).toEqual(["job failed", "job done"]);
    expect(lines.join()).not.toContain("the-secret-token");
  });

  test("keeps nothing of a mail that could not be sent to the end", async () => {
    await open({ perform: performWith(partsWith(() => Promise.reject(new Error("550 never")))) });
    // At once, or the queue may take it before it is told to try only once.
    await stage.db.$transaction(async (tx) => {
      await enqueueMail(tx, mail, secretsKey);
      await tx.$executeRaw`UPDATE pgboss.job SET retry_limit = 0 WHERE name = ${sendMail.name} AND state < 'active'`;
    });
    await vi.waitFor(
      async () => expect((await stored(sendMail.name))[0]).toMatchObject({ state: "failed", data: null }),
      10_000,
    );
    const everything = await stage.db.$queryRaw<
      { text: string }[]
    >`SELECT coalesce(string_agg(job::text, ''), '') AS text FROM pgboss.job`;
    expect(everything[0]?.text).not.toContain("the-secret-token");
    expect(recordsOf(sendMail).map(({ message }) => message)).toEqual(["job failed", "job given up"]);
  });

  test("runs the clocked job by its schedule's queue, twice without harm", async () => {
    await open({ perform: performWith(partsWith(accept)) });
    const before = await partitions();
    await dropNewestPartition();
    const ask = () =>
      stage.db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${maintainPartitions.name}, '{}')`;
    await ask();
    await ask();
    await vi.waitFor(() => expect(recordsOf(maintainPartitions)).toHaveLength(2), 15_000);
    expect(recordsOf(maintainPartitions)).toMatchObject([
      { message: "job done", made: 1, dropped: 0 },
      { message: "job done", made: 0, dropped: 0 },
    ]);
    expect(await partitions()).toBe(before);
    const schedules = await stage.db.$queryRaw`SELECT name, cron, timezone FROM pgboss.schedule ORDER BY name`;
    expect(schedules).toEqual([
      { name: maintainPartitions.name, cron: "17 3 * * *", timezone: "UTC" },
      { name: pruneResponses.name, cron: "7 * * * *", timezone: "UTC" },
      { name: rotateSigningKeys.name, cron: "43 3 * * *", timezone: "UTC" },
    ]);
  });

  test("replaces a signing key that is due, twice without harm", async () => {
    await plantOldSigningKey();
    await open({ perform: performWith(partsWith(accept)) });
    const ask = () =>
      stage.db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${rotateSigningKeys.name}, '{}')`;
    await ask();
    await ask();
    await vi.waitFor(() => expect(recordsOf(rotateSigningKeys)).toHaveLength(2), 15_000);
    expect(recordsOf(rotateSigningKeys)).toMatchObject([
      { message: "job done", created: 1, retired: 0, deleted: 0 },
      { message: "job done", created: 0, retired: 0, deleted: 0 },
    ]);
  });

  test("deletes a stored response that has expired, twice without harm", async () => {
    await plantExpiredResponse();
    await open({ perform: performWith(partsWith(accept)) });
    const ask = () => stage.db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${pruneResponses.name}, '{}')`;
    await ask();
    await ask();
    await vi.waitFor(() => expect(recordsOf(pruneResponses)).toHaveLength(2), 15_000);
    expect(recordsOf(pruneResponses)).toMatchObject([
      { message: "job done", deleted: 1 },
      { message: "job done", deleted: 0 },
    ]);
  });

  test("lets a running job end before it closes", async () => {
    const started: string[] = [];
    let finish = () => {};
    const slow = defineJob({
      name: "be-slow",
      trigger: { on: "test/slow" },
      payload: z.object({}),
      run: async (_payload, { runId }) => {
        started.push(runId);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return {};
      },
    });
    const queue = await openPgQueue({
      databaseUrl: stage.databaseUrl,
      jobs: [slow],
      perform: performWith(partsWith(accept)),
      isScheduling: false,
      secretsKey,
      log,
    });
    await stage.db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES ('be-slow', '{}')`;
    await vi.waitFor(() => expect(started).toHaveLength(1), 10_000);
    const closed = queue.close(10_000);
    finish();
    await closed;
    expect((await stored("be-slow"))[0]).toMatchObject({ state: "completed" });
  });
});

describe("Inngest", () => {
  const openHost = async (parts: JobParts) => {
    const client = new Inngest({ id: INNGEST_APP, isDev: true });
    const handler = serve({ client, functions: JOBS.map((job) => inngestFunctionOf(client, job, parts)) });
    const server = createServer(handler).listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(async () => server.close());
    return `http://127.0.0.1:${portOf(server)}/api/inngest`;
  };

  test("is told every job with its trigger", async () => {
    const url = await openHost(partsWith(accept));
    const about: unknown = await (await fetch(url)).json();
    expect(about).toMatchObject({ function_count: JOBS.length });
  });

  test("sends a mail from an event that tells nothing of it", async () => {
    const url = await openHost(partsWith(accept));
    const runId = newId();
    const event = eventOf(sendMail, mail, { runId, secretsKey });
    expect(JSON.stringify(event)).not.toContain("the-secret-token");
    const { calls } = await execute(url, sendMail.name, event);
    expect(sent).toEqual([{ mail, id: runId }]);
    expect(calls).toBeGreaterThanOrEqual(1);
    expect(recordsOf(sendMail)).toMatchObject([{ message: "job done", runId }]);
    expect(lines.join()).not.toContain("the-secret-token");
  });

  test("takes jobs over from the Postgres queue, which then forgets what was in them", async () => {
    const url = await openHost(partsWith(accept));
    const events: Event[] = [];
    const api = createServer(async (incoming, outgoing) => {
      for (const event of z.array(EventShape).parse(await json(incoming))) events.push(event);
      outgoing.setHeader("content-type", "application/json").end('{"ids":["1"],"status":200}');
    }).listen(0, "127.0.0.1");
    await once(api, "listening");
    closing.push(async () => api.close());
    vi.stubEnv("INNGEST_DEV", `http://127.0.0.1:${portOf(api)}`);
    const relay = createInngestRelay(secretsKey);
    const queue = await openPgQueue({
      databaseUrl: stage.databaseUrl,
      jobs: JOBS,
      perform: relay,
      isScheduling: false,
      secretsKey,
      log,
    });
    closing.push(() => queue.close(5_000));
    await stage.db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
    await vi.waitFor(() => expect(events).toHaveLength(1), 10_000);
    for (const event of events) await execute(url, sendMail.name, event);
    vi.unstubAllEnvs();
    expect(sent).toEqual([{ mail, id: events[0]?.id }]);
    await vi.waitFor(
      async () => expect(await depthOf(sendMail, queue)).toMatchObject({ waiting: 0, active: 0 }),
      10_000,
    );
    const left = await stage.db.$queryRaw<
      { text: string }[]
    >`SELECT coalesce(string_agg(job::text, ''), '') AS text FROM pgboss.job`;
    expect(left[0]?.text).not.toContain("the-secret-token");
  });

  test("does not run an event that was sealed for another job or under another key", async () => {
    const url = await openHost(partsWith(accept));
    const otherKey = Buffer.alloc(32, 8).toString("base64");
    const event = eventOf(sendMail, mail, { runId: newId(), secretsKey: otherKey });
    await expect(execute(url, sendMail.name, event)).rejects.toThrow("cannot be opened");
    expect(sent).toEqual([]);
  });

  test("runs the clocked job in steps that it remembers, twice without harm", async () => {
    const url = await openHost(partsWith(accept));
    const before = await partitions();
    await dropNewestPartition();
    const tick = { name: "inngest/scheduled.timer", data: { cron: "17 3 * * *" }, id: newId() };
    const first = await execute(url, maintainPartitions.name, tick);
    const second = await execute(url, maintainPartitions.name, tick);
    expect(first.calls).toBe(3);
    expect(first.data).toMatchObject({ made: 1, dropped: 0 });
    expect(second.data).toMatchObject({ made: 0, dropped: 0 });
    expect(recordsOf(maintainPartitions)).toHaveLength(2);
    expect(await partitions()).toBe(before);
  });

  test("replaces a signing key that is due, twice without harm", async () => {
    await plantOldSigningKey();
    const url = await openHost(partsWith(accept));
    const tick = { name: "inngest/scheduled.timer", data: { cron: "43 3 * * *" }, id: newId() };
    const first = await execute(url, rotateSigningKeys.name, tick);
    const second = await execute(url, rotateSigningKeys.name, tick);
    expect([first.data, second.data]).toEqual([
      { created: 1, retired: 0, deleted: 0 },
      { created: 0, retired: 0, deleted: 0 },
    ]);
  });

  test("deletes a stored response that has expired, twice without harm", async () => {
    await plantExpiredResponse();
    const url = await openHost(partsWith(accept));
    const tick = { name: "inngest/scheduled.timer", data: { cron: "7 * * * *" }, id: newId() };
    const first = await execute(url, pruneResponses.name, tick);
    const second = await execute(url, pruneResponses.name, tick);
    expect([first.data, second.data]).toEqual([{ deleted: 1 }, { deleted: 0 }]);
  });
});

const EventShape = z.object({ id: z.string(), name: z.string(), data: z.unknown() });
type Event = z.output<typeof EventShape>;
type Op = {
  readonly op: string;
  readonly id: string;
  readonly data?: unknown;
  readonly error?: { readonly message: string };
};

async function depthOf(job: Job<never>, queue: { readonly depth: () => Promise<readonly QueueDepth[]> }) {
  return (await queue.depth()).find(({ name }) => name === job.name);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** Does what Inngest does: calls the function, remembers each step's result, and calls again until it is done. */
async function execute(url: string, job: string, event: Event) {
  const steps: Record<string, unknown> = {};
  const runId = newId();
  for (let calls = 1; calls <= 10; calls++) {
    const body = {
      version: 2,
      ctx: {
        run_id: runId,
        attempt: 0,
        disable_immediate_execution: false,
        use_api: false,
        stack: { stack: Object.keys(steps), current: 0 },
      },
      event,
      events: [event],
      steps,
      use_api: false,
    };
    const address = `${url}?fnId=${INNGEST_APP}-${job}&stepId=step`;
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await reply.json();
    if (reply.status === 200) return { data: answer, calls };
    if (reply.status !== 206) throw new Error(JSON.stringify(answer));
    for (const { id, data, error } of opsOf(answer)) {
      if (error) throw new Error(error.message);
      steps[id] = { type: "data", data };
    }
  }
  throw new Error("the function never ended");
}

const opsOf = (answer: unknown): Op[] => (Array.isArray(answer) ? answer : []);
