import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { parseKey } from "#lib/base/api-key";
import { AppError } from "#lib/base/errors";
import type { FailedAuth } from "#lib/drivers/failed-auth.memory";
import type { Db } from "#lib/platform/db";
import { digestsEqual, hashKey } from "#lib/platform/key-hash";

const KNOWN_MAX = 1_000;
// A revoked key is refused after this long at the latest.
const KNOWN_MS = 3_000;
const BEARER = /^bearer +(\S+) *$/i;

type Options = {
  readonly db: Db;
  readonly keyPepper: string;
  readonly failures: FailedAuth;
  readonly now: () => Date;
};
type Known = { readonly keyId: string; readonly expiresAt: Date | null };

/** Gives the id of the admin key in an Authorization header that came from an address. */
export type AdminKeys = (authorization: string | undefined, address: string) => Promise<string>;

/**
 * Knows the admin keys. Refuses with 401 what is no key of ours, with 403 a key of another kind, and with 429 an address
 * that too many wrong ones came from, before the database is asked.
 */
export function openAdminKeys(options: Options): AdminKeys {
  const known = new LRUCache<string, Known>({ max: KNOWN_MAX, ttl: KNOWN_MS });
  return async (authorization, address) => {
    const presented = BEARER.exec(authorization ?? "")?.[1];
    if (presented === undefined)
      throw new AppError("missing_api_key", "Give an admin key: Authorization: Bearer sk-sy-admin-…");
    const digest = hash("sha256", presented, "base64");
    const found = known.get(digest) ?? (await lookUp(presented, address, options));
    known.set(digest, found, { noUpdateTTL: true });
    if (isOver(found, options)) throw invalid();
    return found.keyId;
  };
}

async function lookUp(presented: string, address: string, options: Options): Promise<Known> {
  const { failures } = options;
  const publicId = publicIdIn(presented, () => failures.failed(address, presented, false));
  const lookedUp = failures.admit(address, presented);
  const found = await readKey(presented, publicId, options).finally(lookedUp);
  if (found === undefined || isOver(found, options)) {
    failures.failed(address, presented, true);
    throw invalid();
  }
  failures.succeeded(address, presented);
  return found;
}

function publicIdIn(presented: string, onWrong: () => void): string {
  const parsed = parseKey(presented);
  if (parsed?.kind === "admin") return parsed.publicId;
  onWrong();
  throw parsed ? new AppError("forbidden", "This is not an admin key.") : invalid();
}

async function readKey(presented: string, publicId: string, { db, keyPepper }: Options): Promise<Known | undefined> {
  const row = await db.apiKey.findUnique({
    where: { publicId, kind: "admin", orgId: null, revokedAt: null },
    select: { id: true, hash: true, expiresAt: true },
  });
  if (!row || !digestsEqual(row.hash, hashKey(presented, keyPepper))) return undefined;
  return { keyId: row.id, expiresAt: row.expiresAt };
}

const isOver = ({ expiresAt }: Known, { now }: Options) => expiresAt !== null && expiresAt <= now();

const invalid = () => new AppError("invalid_api_key", "This admin key is unknown, expired or revoked.");
