import { z } from "zod";

/** What the keeper of PostgreSQL says on its stdout, one JSON object a line. */
export const KeeperReport = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("ready"),
    pid: z.number(),
    port: z.number(),
    databaseUrl: z.string(),
    /** Below it lie the server's files: the data directory, or the fallback. */
    folder: z.string(),
  }),
  z.object({ state: z.literal("died"), reason: z.string() }),
  z.object({ state: z.literal("failed"), message: z.string() }),
]);
export type KeeperReport = z.infer<typeof KeeperReport>;
export type PostgresReady = Extract<KeeperReport, { state: "ready" }>;

/** What the supervisor tells it on stdin: the processes that must be gone before PostgreSQL may stop. */
export const Told = z.object({ roles: z.array(z.number()) });
