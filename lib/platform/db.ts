import { PrismaPg } from "@prisma/adapter-pg";
import { z } from "zod";
import { PrismaClient } from "./generated/client.ts";

export type Db = PrismaClient;
/** A client or a transaction of it: what a query inside a verb takes. */
export type Tx = Omit<PrismaClient, "$connect" | "$disconnect" | "$on" | "$transaction" | "$extends">;

const POOL_MAX = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;

/** Opens the Prisma client of pages, verbs, jobs and the Admin API. Connects at the first query. */
export function openDb(databaseUrl: string, poolMax = POOL_MAX): Db {
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    max: poolMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  return new PrismaClient({ adapter });
}

// PostgreSQL: character_not_in_repertoire, untranslatable_character.
const UNSTORABLE = new Set(["22021", "22P05"]);

/** True where the database refused a text for a character: it has no U+0000, and its JSON no lone surrogates. */
export const isUnstorableText = (thrown: unknown): boolean => UNSTORABLE.has(sqlStateOf(thrown) ?? "");

// Prisma's codes for a database that cannot be reached, timed out or closed the connection.
const UNREACHABLE = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "ECONNREFUSED", "ECONNRESET"]);
// PostgreSQL: admin_shutdown, crash_shutdown, cannot_connect_now; those that begin with 08 are of the connection.
const LEAVING = /^(57P0[123]|08...)$/;

// Of the pool, and of Prisma (P2028, which it gives to other things as well): they have no code of their own.
const NO_CONNECTION =
  /^Connection terminated|timeout exceeded when trying to connect|Unable to start a transaction in the given time/;

/** True where the database is not there or on its way out, so that the same may be tried again in a moment. */
export function isDatabaseAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ("code" in thrown && UNREACHABLE.has(String(thrown.code))) return true;
  return LEAVING.test(sqlStateOf(thrown) ?? "") || NO_CONNECTION.test(thrown.message);
}

const refused = z.object({
  meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) }),
});

/** What PostgreSQL said to Prisma, as its SQLSTATE. */
const sqlStateOf = (thrown: unknown): string | undefined =>
  refused.safeParse(thrown).data?.meta.driverAdapterError.cause.originalCode;
