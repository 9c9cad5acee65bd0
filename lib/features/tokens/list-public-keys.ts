import { z } from "zod";
import { TOKEN_ALGORITHM } from "#lib/base/access-token";
import type { Db } from "#lib/platform/db";
import { publishedSince } from "./signing-keys.ts";

const PublicJwk = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });

/** Gives the JSON Web Key Set: the public halves of the keys that sign, soon will, or did so lately. */
export async function listPublicKeys(db: Db, now: Date) {
  const rows = await db.signingKey.findMany({
    where: { OR: [{ retiredAt: null }, { retiredAt: { gt: publishedSince(now) } }] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { id: true, publicJwk: true },
  });
  return {
    keys: rows.map(({ id, publicJwk }) => ({
      ...PublicJwk.parse(publicJwk),
      kid: id,
      alg: TOKEN_ALGORITHM,
      use: "sig",
    })),
  };
}
