import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { parseKey } from "#lib/base/api-key";
import { AppError } from "#lib/base/errors";
import type { Caller, KeysPort } from "#lib/gateway/ports";
import { digestsEqual, hashKey } from "#lib/platform/key-hash";
import type { Sql } from "#lib/platform/sql";
import { type AccessRow, accessOf } from "./access-row.ts";

const KNOWN_MAX = 50_000;
const UNKNOWN_MAX = 10_000;
/** A revocation is told by NOTIFY. Were that lost: a key in use is read anew behind its requests after this long, */
const FRESH_MS = 3_000;
/** one not used for longer is read before it is served, */
const TRUSTED_MS = 4_500;
/** and with the database away, a key already seen is served this long. */
const STALE_MS = 60_000;
const REREAD_WAIT_MS = 500;
const UNKNOWN_MS = 3_000;
const LOADING_MAX = 100;

type Known = { readonly caller: Caller; readonly publicId: string; readonly expiresAtMs: number; readAtMs: number };

export type Keys = KeysPort & {
  /** Forgets a key by its public id; the next request reads it anew. An empty id forgets all. */
  readonly forget: (publicId: string) => void;
};

type Options = { readonly sql: Sql; readonly pepper: string; readonly now: () => number };

type Memory = {
  readonly known: LRUCache<string, Known>;
  readonly unknown: LRUCache<string, true>;
  readonly loading: Map<string, Promise<Caller | null>>;
};

/** API keys from the database behind a memory of those seen. A malformed key is refused without any look-up. */
export function openKeys(options: Options): Keys {
  const memory: Memory = {
    known: new LRUCache({ max: KNOWN_MAX }),
    unknown: new LRUCache({ max: UNKNOWN_MAX, ttl: UNKNOWN_MS }),
    loading: new Map(),
  };
  return {
    find(presented) {
      const digest = hash("sha256", presented, "base64");
      const seen = memory.known.get(digest);
      if (seen === undefined) return findUnseen(presented, digest, { memory, options });
      if (options.now() >= seen.expiresAtMs) return null;
      if (options.now() - seen.readAtMs <= FRESH_MS) return seen.caller;
      return refresh(seen, load(presented, digest, { memory, options }), options.now());
    },
    forget(publicId) {
      memory.unknown.clear();
      if (publicId === "") return memory.known.clear();
      for (const [digest, entry] of memory.known.entries())
        if (entry.publicId === publicId) memory.known.delete(digest);
    },
  };
}

type Means = { readonly memory: Memory; readonly options: Options };

function findUnseen(presented: string, digest: string, means: Means): Promise<Caller | null> | null {
  if (means.memory.unknown.has(digest)) return null;
  const parsed = parseKey(presented);
  if (parsed === undefined || parsed.kind === "admin") return null;
  return load(presented, digest, means).catch((cause) => Promise.reject(busy(cause)));
}

/** Reads a key; callers who ask for the same one meanwhile share the reading. */
function load(presented: string, digest: string, { memory, options }: Means): Promise<Caller | null> {
  const running = memory.loading.get(digest);
  if (running !== undefined) return running;
  if (memory.loading.size >= LOADING_MAX) return Promise.reject(busy());
  const started = readKey(presented, options)
    .then((found) => {
      if (found) memory.known.set(digest, found);
      else {
        memory.known.delete(digest);
        memory.unknown.set(digest, true);
      }
      return found?.caller ?? null;
    })
    .finally(() => memory.loading.delete(digest));
  memory.loading.set(digest, started);
  return started;
}

/** Decides what a key read a while ago is worth while it is being read anew. */
function refresh(seen: Known, reading: Promise<Caller | null>, nowMs: number): Caller | Promise<Caller | null> {
  const ageMs = nowMs - seen.readAtMs;
  if (ageMs > STALE_MS) return reading.catch((cause) => Promise.reject(busy(cause)));
  const orSeen = reading.catch(() => seen.caller);
  return ageMs <= TRUSTED_MS ? seen.caller : Promise.race([orSeen, sleep(REREAD_WAIT_MS, seen.caller)]);
}

const busy = (cause?: unknown) =>
  new AppError("not_ready", "Your API key cannot be checked at the moment.", { retryAfterS: 5, cause });

type KeyRow = {
  id: string;
  org_id: string;
  project_id: string | null;
  created_by_id: string | null;
  kind: string;
  hash: Buffer;
  expires_at: Date | null;
} & AccessRow;

// Who is disabled knows the secret of the keys they made: those stop with them.
const KEY_SQL = `
  SELECT k.id, k.org_id, k.project_id, k.created_by_id, k.kind, k.hash, k.expires_at,
         k.endpoints, k.models, k.allowed_ips,
         o.slug AS org_slug, o.plan, o.models AS org_models, p.models AS project_models, m.role
    FROM api_key k
    JOIN organization o ON o.id = k.org_id
    LEFT JOIN project p ON p.id = k.project_id
    LEFT JOIN app_user u ON u.id = k.created_by_id
    LEFT JOIN membership m ON m.org_id = k.org_id AND m.user_id = k.created_by_id
   WHERE k.public_id = $1 AND k.revoked_at IS NULL AND o.disabled_at IS NULL AND u.disabled_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now())`;

async function readKey(presented: string, { sql, pepper, now }: Options): Promise<Known | undefined> {
  const parsed = parseKey(presented);
  if (parsed === undefined) return undefined;
  const { rows } = await sql.query<KeyRow>({ name: "key_by_public_id", text: KEY_SQL, values: [parsed.publicId] });
  const row = rows[0];
  if (row === undefined || row.kind !== parsed.kind || !digestsEqual(row.hash, hashKey(presented, pepper)))
    return undefined;
  return {
    publicId: parsed.publicId,
    readAtMs: now(),
    expiresAtMs: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    caller: {
      credentialId: row.id,
      keyId: row.id,
      orgId: row.org_id,
      projectId: row.project_id,
      memberId: row.created_by_id,
      isTest: row.kind === "test",
      access: accessOf(row),
    },
  };
}
