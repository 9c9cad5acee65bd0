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

const unstorable = z.object({
  meta: z.object({
    // PostgreSQL: character_not_in_repertoire, untranslatable_character.
    driverAdapterError: z.object({ cause: z.object({ originalCode: z.enum(["22021", "22P05"]) }) }),
  }),
});

/** True where the database refused a text for a character: it has no U+0000, and its JSON no lone surrogates. */
export const isUnstorableText = (thrown: unknown): boolean => unstorable.safeParse(thrown).success;
