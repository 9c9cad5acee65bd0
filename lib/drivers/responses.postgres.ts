import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { textOf } from "#lib/gateway/json-scan";
import type { ResponsesPort, ResponseToStore, StoredResponse, Tenant } from "#lib/gateway/ports";
import type { Log } from "#lib/platform/log";
import type { Sql } from "#lib/platform/sql";
import { createResponseQueue } from "./response-queue.ts";
import { openText, sealText } from "./sealed-text.ts";

type Options = {
  readonly sql: Sql;
  /** SECRETS_KEY: 32 bytes in base64. */
  readonly secretsKey: string;
  readonly retentionDays: number;
  readonly log: Pick<Log, "error" | "warn">;
};

/** Responses in the database, sealed, written behind the replies. */
export function openResponses({ sql, secretsKey, retentionDays, log }: Options) {
  const queue = createResponseQueue({
    write: (batch) => writeBatch(sql, batch, { secretsKey, retentionDays }),
    log,
  });
  const read = async <Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> => {
    try {
      return (await sql.query<Row>(text, [...values])).rows;
    } catch (cause) {
      log.warn("stored responses could not be read", { error: cause });
      throw unavailable(cause);
    }
  };
  const findOnce = async (tenant: Tenant, responseId: string): Promise<StoredResponse | undefined> => {
    const waiting = queue.find(tenant, responseId);
    if (waiting) return waiting;
    const [row] = await read<ResponseRow>(FIND_SQL, [...valuesOf(tenant), responseId]);
    return row && opened(row, secretsKey);
  };
  const port: ResponsesPort = {
    store: queue.add,
    find: async (tenant, responseId) => (canBeText(responseId) ? twice(() => findOnce(tenant, responseId)) : undefined),
    async findByItems(tenant, asked) {
      const itemIds = asked.filter(canBeText);
      const waiting = queue.withItems(tenant, itemIds);
      const rows = await read<ItemsRow>(ITEMS_SQL, [...valuesOf(tenant), itemIds]);
      // What waited when we looked may have been written by then.
      const written = rows.filter((row) => !waiting.some(({ responseId }) => responseId === row.response_id));
      return [
        ...written.map((row) => openPart(row.response, nameOf(row.id, "response"), secretsKey)),
        ...waiting.map(({ response }) => response),
      ];
    },
    async remove(tenant, responseId) {
      if (!canBeText(responseId)) return false;
      const wasWaiting = await queue.remove(tenant, responseId);
      const rows = await read(DELETE_SQL, [...valuesOf(tenant), responseId]);
      return wasWaiting || rows.length > 0;
    },
  };
  return { port, close: queue.close };
}

/** PostgreSQL has no U+0000 in a text, and takes a question with one for a fault. */
const canBeText = (id: string) => !id.includes("\0");

/** Stands for no project. */
const NO_PROJECT = "00000000-0000-0000-0000-000000000000";
const DAY_MS = 86_400_000;
/** Longer than another process takes to write what it has just answered. */
const LOOK_AGAIN_MS = 200;

const IS_TENANTS = "org_id = $1 AND project_id = $2 AND is_test = $3";
const FIND_SQL = `
  SELECT id, turns, input, response FROM stored_response
   WHERE ${IS_TENANTS} AND response_id = $4 AND expires_at > now()`;
const ITEMS_SQL = `
  SELECT id, response_id, response FROM stored_response
   WHERE ${IS_TENANTS} AND output_ids && $4::text[] AND expires_at > now() ORDER BY id`;
const DELETE_SQL = `DELETE FROM stored_response WHERE ${IS_TENANTS} AND response_id = $4 AND expires_at > now() RETURNING id`;

type ItemsRow = { readonly id: string; readonly response_id: string; readonly response: Buffer };
type ResponseRow = Pick<ItemsRow, "id" | "response"> & { readonly turns: number; readonly input: Buffer };
type Part = "input" | "response";

const valuesOf = ({ orgId, projectId, isTest }: Tenant) => [orgId, projectId ?? NO_PROJECT, isTest] as const;

/** Another process may have answered a moment ago and not written yet. */
async function twice(look: () => Promise<StoredResponse | undefined>): Promise<StoredResponse | undefined> {
  const found = await look();
  if (found) return found;
  await sleep(LOOK_AGAIN_MS);
  return look();
}

const unavailable = (cause: unknown) =>
  new AppError("responses_unavailable", "Stored responses cannot be read at the moment.", { cause, retryAfterS: 5 });

const nameOf = (id: string, part: Part) => `stored_response/${id}/${part}`;

const openPart = (sealed: Buffer, name: string, secretsKey: string): Buffer =>
  Buffer.from(openText(sealed, { name, secretsKey }));

const opened = ({ id, turns, input, response }: ResponseRow, secretsKey: string): StoredResponse => ({
  turns,
  input: openPart(input, nameOf(id, "input"), secretsKey),
  response: openPart(response, nameOf(id, "response"), secretsKey),
});

const COLUMNS = [
  "id",
  "org_id",
  "project_id",
  "is_test",
  "response_id",
  "key_id",
  "model",
  "turns",
  "output_ids",
  "input",
  "response",
  "created_at",
  "expires_at",
];
const ON_CONFLICT = `
  ON CONFLICT (org_id, project_id, is_test, response_id) DO UPDATE SET
  ${COLUMNS.map((column) => `${column} = EXCLUDED.${column}`).join(", ")}`;

type Writing = { readonly secretsKey: string; readonly retentionDays: number };

/** An upstream that gives one id twice has the later answer under it. */
async function writeBatch(sql: Sql, batch: readonly ResponseToStore[], writing: Writing): Promise<void> {
  const rows = batch.map((response) => rowOf(response, writing));
  const places = rows.map(
    (_row, at) => `(${COLUMNS.map((_column, place) => `$${at * COLUMNS.length + place + 1}`).join(", ")})`,
  );
  const text = `INSERT INTO stored_response (${COLUMNS.join(", ")}) VALUES ${places.join(", ")} ${ON_CONFLICT}`;
  await sql.query(text, rows.flat());
}

function rowOf(response: ResponseToStore, { secretsKey, retentionDays }: Writing): readonly unknown[] {
  const id = newId(response.createdAtMs);
  const seal = (part: Part) => sealText(textOf(response[part]), { name: nameOf(id, part), secretsKey });
  return [
    id,
    ...valuesOf(response.tenant),
    response.responseId,
    response.keyId,
    response.model,
    response.turns,
    response.outputIds,
    seal("input"),
    seal("response"),
    new Date(response.createdAtMs),
    new Date(response.createdAtMs + retentionDays * DAY_MS),
  ];
}
