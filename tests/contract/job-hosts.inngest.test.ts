import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { newId } from "#lib/base/ids";
import { enqueueMail } from "#lib/jobs/enqueue-mail";
import type { Job } from "#lib/jobs/job";
import { maintainPartitions } from "#lib/jobs/maintain-partitions";
import { pruneResponses } from "#lib/jobs/prune-responses";
import { JOBS } from "#lib/jobs/registry";
import { rotateSigningKeys } from "#lib/jobs/rotate-signing-keys";
import { sendMail } from "#lib/jobs/send-mail";
import { eventOf, INNGEST_APP, inngestFunctionOf, type JobParts } from "#lib/mounts/inngest-host";
import { createInngestRelay } from "#lib/mounts/inngest-relay";
import { openPgQueue, type QueueDepth } from "#lib/mounts/pg-queue";
import {
  countPartitions,
  dropNewestPartition,
  jobPartsOfFile,
  mail,
  plantExpiredResponse,
  plantOldSigningKey,
  secretsKey,
} from "#tests/support/job-hosts";

const { stage, sent, lines, log, closing, accept, partsWith, recordsOf } = jobPartsOfFile();

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
      databaseUrl: stage().databaseUrl,
      jobs: JOBS,
      perform: relay,
      isScheduling: false,
      secretsKey,
      log,
    });
    closing.push(() => queue.close(5_000));
    await stage().db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
    await vi.waitFor(() => expect(events).toHaveLength(1), 10_000);
    for (const event of events) await execute(url, sendMail.name, event);
    vi.unstubAllEnvs();
    expect(sent).toEqual([{ mail, id: events[0]?.id }]);
    await vi.waitFor(
      async () => expect(await depthOf(sendMail, queue)).toMatchObject({ waiting: 0, active: 0 }),
      10_000,
    );
    const left = await stage().db.$queryRaw<
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
    const before = await countPartitions(stage().db);
    await dropNewestPartition(stage().db);
    const tick = { name: "inngest/scheduled.timer", data: { cron: "17 3 * * *" }, id: newId() };
    const first = await execute(url, maintainPartitions.name, tick);
    const second = await execute(url, maintainPartitions.name, tick);
    expect(first.calls).toBe(3);
    expect(first.data).toMatchObject({ made: 1, dropped: 0 });
    expect(second.data).toMatchObject({ made: 0, dropped: 0 });
    expect(recordsOf(maintainPartitions)).toHaveLength(2);
    expect(await countPartitions(stage().db)).toBe(before);
  });

  test("replaces a signing key that is due, twice without harm", async () => {
    await plantOldSigningKey(stage().db);
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
    await plantExpiredResponse(stage());
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
