import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { RETIRED_KEY_HOURS, TOKEN_ALGORITHM } from "#lib/base/access-token";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import type { PlatformContext } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import type { Tx } from "#lib/platform/db";
import { openSecret, sealSecret } from "#lib/platform/envelope";

const HOUR_MS = 3_600_000;

/** One at a time makes or retires keys; the rest waits and finds what it did. */
export const lockSigningKeys = (tx: Tx) =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('switchyard_signing_key'))`;

/** The keys that sign, or soon will, the oldest first; it is the first that signs. */
export const unretiredKeys = (tx: Pick<Tx, "signingKey">) =>
  tx.signingKey.findMany({ where: { retiredAt: null }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });

/** Gives the key that signs now, making the first one on demand. */
export async function readSigningKey(ctx: PlatformContext, secretsKey: string) {
  const [row = await createFirstKey(ctx, secretsKey)] = await unretiredKeys(ctx.db);
  const jwk: JWK = JSON.parse(openSecret(row, { name: nameOf(row.id), secretsKey }));
  return { id: row.id, key: await importJWK(jwk, TOKEN_ALGORITHM) };
}

async function createFirstKey(ctx: PlatformContext, secretsKey: string) {
  return ctx.db.$transaction(async (tx) => {
    await lockSigningKeys(tx);
    const [first] = await unretiredKeys(tx);
    // The platform's own, whoever happened to need it first.
    return first ?? createSigningKey(tx, { ...ctx, orgId: null }, secretsKey);
  });
}

/** Makes a key pair. The private half is stored under the server's key only, bound to the row. */
export async function createSigningKey(tx: Tx, ctx: PlatformContext, secretsKey: string) {
  const id = newId();
  const pair = await generateKeyPair(TOKEN_ALGORITHM, { crv: "Ed25519", extractable: true });
  const { kty, crv, x } = await exportJWK(pair.publicKey);
  const secret = JSON.stringify(await exportJWK(pair.privateKey));
  const sealed = sealSecret(secret, { name: nameOf(id), secretsKey });
  const row = await tx.signingKey.create({ data: { id, publicJwk: { kty, crv, x }, createdAt: ctx.now(), ...sealed } });
  await audit(tx, ctx, { action: "signing-key.create", target: id });
  await notify(tx, CHANNELS.signingKeyChanged, id);
  return row;
}

const nameOf = (id: string) => `signing-key/${id}`;

/** From then on a retired key is published no more, and nothing it signed counts. */
export const publishedSince = (now: Date) => new Date(now.getTime() - RETIRED_KEY_HOURS * HOUR_MS);
