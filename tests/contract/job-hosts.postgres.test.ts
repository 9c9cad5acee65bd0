import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { enqueueMail } from "#lib/jobs/enqueue-mail";
import { defineJob, type Job } from "#lib/jobs/job";
import { maintainPartitions } from "#lib/jobs/maintain-partitions";
import { pruneResponses } from "#lib/jobs/prune-responses";
import { JOBS } from "#lib/jobs/registry";
import { rotateSigningKeys } from "#lib/jobs/rotate-signing-keys";
import { runJob } from "#lib/jobs/run-job";
import { sendMail } from "#lib/jobs/send-mail";
import type { JobParts } from "#lib/mounts/inngest-host";
import { openPgQueue, type Perform } from "#lib/mounts/pg-queue";
import {
  countPartitions,
  dropNewestPartition,
  jobPartsOfFile,
  mail,
  plantExpiredResponse,
  plantOldSigningKey,
  type Send,
  secretsKey,
} from "#tests/support/job-hosts";

const { stage, sent, lines, log, closing, accept, partsWith, recordsOf } = jobPartsOfFile();

describe("the Postgres queue", () => {
  const performWith =
    (parts: JobParts): Perform =>
    (job, payload, runId) =>
      runJob(job, payload, { ctx: { ...parts, runId, step: (_name, work) => work() }, log });

  const open = async (given: { readonly perform: Perform; readonly jobs?: readonly Job[] }) => {
    const queue = await openPgQueue({
      databaseUrl: stage().databaseUrl,
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
    stage().db.$queryRaw<{ id: string; state: string; data: unknown; retry_count: number }[]>`
      SELECT id::text, state::text, data, retry_count FROM pgboss.job WHERE name = ${name} ORDER BY created_on DESC`;

  test("sends a mail once its transaction commits, then forgets what was in it", async () => {
    await open({ perform: performWith(partsWith(accept)) });
    await stage().db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
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
    const [row] = await stage().db.$transaction(async (tx) => {
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
    const rolledBack = stage().db.$transaction(async (tx) => {
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
    await stage().db.$transaction((tx) => enqueueMail(tx, mail, secretsKey));
    await vi.waitFor(() => expect(sent).toHaveLength(1), 20_000);
    expect(ids).toEqual([sent[0]?.id, sent[0]?.id]);
    expect(recordsOf(sendMail).map(({ message }) => message)).toEqual(["job failed", "job done"]);
    expect(lines.join()).not.toContain("the-secret-token");
  });

  test("keeps nothing of a mail that could not be sent to the end", async () => {
    await open({ perform: performWith(partsWith(() => Promise.reject(new Error("550 never")))) });
    // At once, or the queue may take it before it is told to try only once.
    await stage().db.$transaction(async (tx) => {
      await enqueueMail(tx, mail, secretsKey);
      await tx.$executeRaw`UPDATE pgboss.job SET retry_limit = 0 WHERE name = ${sendMail.name} AND state < 'active'`;
    });
    await vi.waitFor(
      async () => expect((await stored(sendMail.name))[0]).toMatchObject({ state: "failed", data: null }),
      10_000,
    );
    const everything = await stage().db.$queryRaw<
      { text: string }[]
    >`SELECT coalesce(string_agg(job::text, ''), '') AS text FROM pgboss.job`;
    expect(everything[0]?.text).not.toContain("the-secret-token");
    expect(recordsOf(sendMail).map(({ message }) => message)).toEqual(["job failed", "job given up"]);
  });

  test("runs the clocked job by its schedule's queue, twice without harm", async () => {
    await open({ perform: performWith(partsWith(accept)) });
    const before = await countPartitions(stage().db);
    await dropNewestPartition(stage().db);
    const ask = () =>
      stage().db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${maintainPartitions.name}, '{}')`;
    await ask();
    await ask();
    await vi.waitFor(() => expect(recordsOf(maintainPartitions)).toHaveLength(2), 15_000);
    expect(recordsOf(maintainPartitions)).toMatchObject([
      { message: "job done", made: 1, dropped: 0 },
      { message: "job done", made: 0, dropped: 0 },
    ]);
    expect(await countPartitions(stage().db)).toBe(before);
    const schedules = await stage().db.$queryRaw`SELECT name, cron, timezone FROM pgboss.schedule ORDER BY name`;
    expect(schedules).toEqual([
      { name: maintainPartitions.name, cron: "17 3 * * *", timezone: "UTC" },
      { name: pruneResponses.name, cron: "7 * * * *", timezone: "UTC" },
      { name: rotateSigningKeys.name, cron: "43 3 * * *", timezone: "UTC" },
    ]);
  });

  test("replaces a signing key that is due, twice without harm", async () => {
    await plantOldSigningKey(stage().db);
    await open({ perform: performWith(partsWith(accept)) });
    const ask = () =>
      stage().db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${rotateSigningKeys.name}, '{}')`;
    await ask();
    await ask();
    await vi.waitFor(() => expect(recordsOf(rotateSigningKeys)).toHaveLength(2), 15_000);
    expect(recordsOf(rotateSigningKeys)).toMatchObject([
      { message: "job done", created: 1, retired: 0, deleted: 0 },
      { message: "job done", created: 0, retired: 0, deleted: 0 },
    ]);
  });

  test("deletes a stored response that has expired, twice without harm", async () => {
    await plantExpiredResponse(stage());
    await open({ perform: performWith(partsWith(accept)) });
    const ask = () => stage().db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES (${pruneResponses.name}, '{}')`;
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
      databaseUrl: stage().databaseUrl,
      jobs: [slow],
      perform: performWith(partsWith(accept)),
      isScheduling: false,
      secretsKey,
      log,
    });
    await stage().db.$executeRaw`INSERT INTO pgboss.job (name, data) VALUES ('be-slow', '{}')`;
    await vi.waitFor(() => expect(started).toHaveLength(1), 10_000);
    const closed = queue.close(10_000);
    finish();
    await closed;
    expect((await stored("be-slow"))[0]).toMatchObject({ state: "completed" });
  });
});
