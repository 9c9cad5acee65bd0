import { type ParsedKey, parseKey } from "#lib/base/api-key";
import type { ClockPort } from "#lib/gateway/ports";
import { digestsEqual, hashKey } from "#lib/platform/key-hash";
import type { Sql } from "#lib/platform/sql";
import { type AccessRow, accessOf } from "./access-row.ts";
import { type CallerMemory, createCallerMemory, type Found } from "./caller-memory.ts";

type Options = { readonly sql: Sql; readonly pepper: string; readonly clock: ClockPort };

/** API keys from the database behind a memory of those seen. A malformed key is refused without any look-up. */
export const openKeys = (options: Options): CallerMemory =>
  createCallerMemory({
    clock: options.clock,
    read: (presented) => {
      const parsed = parseKey(presented);
      return parsed === undefined || parsed.kind === "admin" ? null : readKey(presented, parsed, options);
    },
  });

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

async function readKey(presented: string, parsed: ParsedKey, { sql, pepper }: Options): Promise<Found | undefined> {
  const { publicId, kind } = parsed;
  const { rows } = await sql.query<KeyRow>({ name: "key_by_public_id", text: KEY_SQL, values: [publicId] });
  const row = rows[0];
  if (row === undefined || row.kind !== kind || !digestsEqual(row.hash, hashKey(presented, pepper))) return undefined;
  return {
    names: [publicId, row.org_id, row.created_by_id ?? ""],
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
