import type { Channel } from "#lib/base/events";
import type { Tx } from "#lib/platform/db";

/** Tells every process that a thing changed. Inside a transaction it is delivered at commit, and not at all on rollback. */
export async function notify(tx: Pick<Tx, "$executeRaw">, channel: Channel, payload: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`;
}
