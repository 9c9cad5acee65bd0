import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { parseKey } from "#lib/base/api-key";
import { AppError } from "#lib/base/errors";
import type { Db } from "#lib/platform/db";
import { digestsEqual, hashKey } from "#lib/platform/key-hash";

const KNOWN_MAX = 1_000;
// A revoked key is refused after this long at the latest.
const KNOWN_MS = 3_000;
const BEARER = /^bearer +(\S+) *$/i;

type Options = { readonly db: Db; readonly keyPepper: string; readonly now: () => Date };
type Known = { readonly keyId: string; readonly expiresAt: Date | null };

/** Gives the id of the admin key in an Authorization header. Refuses with 401 what is no key of ours, with 403 a key of another kind. */
export function openAdminKeys({ db, keyPepper, now }: Options) {
  const known = new LRUCache<string, Known>({ max: KNOWN_MAX, ttl: KNOWN_MS });
  return async (authorization: string | undefined): Promise<string> => {
    const presented = BEARER.exec(authorization ?? "")?.[1];
    if (presented === undefined)
      throw new AppError("missing_api_key", "Give an admin key: Authorization: Bearer sk-sy-admin-…");
    const digest = hash("sha256", presented, "base64");
    const found = known.get(digest) ?? (await readKey(presented, { db, keyPepper, now }));
    if (!found || (found.expiresAt !== null && found.expiresAt <= now())) throw invalid();
    known.set(digest, found, { noUpdateTTL: true });
    return found.keyId;
  };
}

async function readKey(presented: string, { db, keyPepper }: Options): Promise<Known | undefined> {
  const parsed = parseKey(presented);
  if (!parsed) throw invalid();
  if (parsed.kind !== "admin") throw new AppError("forbidden", "This is not an admin key.");
  const row = await db.apiKey.findUnique({
    where: { publicId: parsed.publicId, kind: "admin", orgId: null, revokedAt: null },
    select: { id: true, hash: true, expiresAt: true },
  });
  if (!row || !digestsEqual(row.hash, hashKey(presented, keyPepper))) return undefined;
  return { keyId: row.id, expiresAt: row.expiresAt };
}

const invalid = () => new AppError("invalid_api_key", "This admin key is unknown, expired or revoked.");
