import { afterEach } from "vitest";
import { newId } from "#lib/base/ids";
import type { Job } from "#lib/jobs/job";
import type { JobParts } from "#lib/mounts/inngest-host";
import type { Db } from "#lib/platform/db";
import { createLog } from "#lib/platform/log";
import type { Mail } from "#lib/platform/mail";
import type { Stage } from "./stage.ts";
import { stageOfFile } from "./stage-of-file.ts";

const SECRET = "https://switchyard.example/link/sign-in#the-secret-token";
export const mail: Mail = {
  to: "ada@example.com",
  subject: "Your sign-in link",
  text: SECRET,
  html: `<a href="${SECRET}">in</a>`,
};
export const secretsKey = Buffer.alloc(32, 7).toString("base64");

export type Send = JobParts["mailer"]["send"];

/** What jobs run with for the test file that says so: a fresh database, a mail server that keeps what it is sent, a log. */
export function jobPartsOfFile() {
  const stage = stageOfFile();
  const sent: { mail: Mail; id: string }[] = [];
  const lines: string[] = [];
  const log = createLog("test", "info", (line) => void lines.push(line));

  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    sent.length = 0;
    lines.length = 0;
  });

  const accept: Send = async (given, id) => void sent.push({ mail: given, id });
  const partsWith = (send: Send): JobParts => ({
    db: stage().db,
    mailer: { send, close: () => undefined },
    now: () => new Date(),
    log,
    secretsKey,
  });
  const records = () => lines.map((line): { message: string; job: string; runId: string } => JSON.parse(line));
  return {
    stage,
    sent,
    lines,
    log,
    /** What is to be closed after the test. */
    closing,
    accept,
    partsWith,
    recordsOf: (job: Job<never>) => records().filter((record) => record.job === job.name),
  };
}

export async function countPartitions(db: Db): Promise<number> {
  const rows = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_inherits WHERE inhparent = 'usage_event'::regclass`;
  return rows[0]?.count ?? 0;
}

export async function dropNewestPartition(db: Db): Promise<void> {
  const [row] = await db.$queryRaw<{ name: string }[]>`
    SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'usage_event'::regclass AND inhrelid::regclass::text <> 'usage_event_default' ORDER BY 1 DESC LIMIT 1`;
  await db.$executeRawUnsafe(`DROP TABLE ${row?.name}`);
}

export async function plantOldSigningKey(db: Db): Promise<void> {
  await db.signingKey.deleteMany();
  const bytes = new Uint8Array();
  const sealed = { ciphertext: bytes, nonce: bytes, wrappedKey: bytes, wrapNonce: bytes };
  const createdAt = new Date(Date.now() - 31 * 86_400_000);
  await db.signingKey.create({ data: { id: newId(), publicJwk: {}, createdAt, ...sealed } });
}

export async function plantExpiredResponse({ db, ours }: Stage): Promise<void> {
  const bytes = new Uint8Array();
  const long = new Date(Date.now() - 86_400_000);
  const ids = { id: newId(), orgId: ours.id, projectId: newId(), responseId: newId() };
  const sealed = { input: bytes, response: bytes };
  const about = { isTest: false, model: "model", turns: 1, createdAt: long, expiresAt: long };
  await db.storedResponse.create({ data: { ...ids, ...about, ...sealed } });
}
