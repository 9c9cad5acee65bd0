import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import type { PlatformContext } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import type { Tx } from "#lib/platform/db";
import { createSigningKey, lockSigningKeys, publishedSince, unretiredKeys } from "./signing-keys.ts";

const HOUR_MS = 3_600_000;
const KEY_LIFETIME_MS = 30 * 24 * HOUR_MS;
/** A key is published for so long before it signs, so that whoever keeps our key set a while knows it by then. */
const PUBLISHED_AHEAD_MS = HOUR_MS;

/**
 * Makes a new key when the newest is a month old. Its elders sign on until it has been published for a while; then they
 * retire, and a day later they are deleted. Gives how many of each; running it twice changes nothing more.
 */
export async function rotateSigningKeys(ctx: PlatformContext, secretsKey: string) {
  return ctx.db.$transaction(async (tx) => {
    await lockSigningKeys(tx);
    const now = ctx.now();
    const keys = await unretiredKeys(tx);
    const newest = keys.at(-1);
    const isDue = newest !== undefined && now.getTime() - newest.createdAt.getTime() > KEY_LIFETIME_MS;
    if (isDue) await createSigningKey(tx, ctx, secretsKey);
    const successor = keys.findLastIndex(({ createdAt }) => now.getTime() - createdAt.getTime() >= PUBLISHED_AHEAD_MS);
    const elders = keys.slice(0, Math.max(0, successor));
    for (const { id } of elders) await retire(tx, ctx, id);
    const { count } = await tx.signingKey.deleteMany({ where: { retiredAt: { lte: publishedSince(now) } } });
    return { created: isDue ? 1 : 0, retired: elders.length, deleted: count };
  });
}

async function retire(tx: Tx, ctx: PlatformContext, id: string): Promise<void> {
  await tx.signingKey.update({ where: { id }, data: { retiredAt: ctx.now() } });
  await audit(tx, ctx, { action: "signing-key.retire", target: id });
  await notify(tx, CHANNELS.signingKeyChanged, id);
}
