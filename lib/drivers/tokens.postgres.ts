import type { TokenClaims } from "#lib/base/access-token";
import { isAllowed } from "#lib/base/permissions";
import type { ClockPort } from "#lib/gateway/ports";
import type { Sql } from "#lib/platform/sql";
import { type AccessRow, accessOf } from "./access-row.ts";
import { type CallerMemory, createCallerMemory, type Found } from "./caller-memory.ts";
import { openSigningKeys, type SigningKeys } from "./signing-keys.postgres.ts";
import { endOf, verifyToken } from "./verify-token.ts";

export type Tokens = CallerMemory & Pick<SigningKeys, "reload">;

type Options = { readonly sql: Sql; readonly clock: ClockPort; readonly issuer: string };

/** Access tokens: verified without any look-up, then asked once whether session, user and membership still stand. */
export function openTokens({ sql, clock, issuer }: Options): Tokens {
  const keys = openSigningKeys({ sql, clock, onGone: () => memory.forget("") });
  const check = (token: string) => verifyToken(token, { keyOf: keys.keyOf, issuer, nowMs: clock.now() });
  const checkAgain = async (token: string, look: Promise<void>) => {
    await look;
    const claims = check(token);
    return claims === null || claims === "unknown-key" ? undefined : readCaller(sql, claims);
  };
  const memory = createCallerMemory({
    clock,
    read: (token) => {
      const claims = check(token);
      if (claims !== "unknown-key") return claims && readCaller(sql, claims);
      const look = keys.lookAgain();
      return look && checkAgain(token, look);
    },
  });
  return { ...memory, reload: keys.reload };
}

type TokenRow = Omit<AccessRow, "models" | "endpoints" | "allowed_ips"> & { readonly expires_at: Date };

const TOKEN_SQL = `
  SELECT o.id AS org_id, o.slug AS org_slug, o.plan, o.models AS org_models, p.models AS project_models, m.role,
         s.expires_at
    FROM session s
    JOIN app_user u ON u.id = s.user_id
    JOIN membership m ON m.user_id = u.id
    JOIN organization o ON o.id = m.org_id
    LEFT JOIN project p ON p.id = $4 AND p.org_id = o.id AND p.archived_at IS NULL
   WHERE s.id = $1 AND s.user_id = $2 AND o.id = $3 AND s.revoked_at IS NULL AND s.expires_at > now()
     AND u.disabled_at IS NULL AND o.disabled_at IS NULL AND ($4::uuid IS NULL OR p.id IS NOT NULL)`;

async function readCaller(sql: Sql, claims: TokenClaims): Promise<Found | undefined> {
  const { sid, sub, org, project } = claims;
  const { rows } = await sql.query<TokenRow>({
    name: "token_by_session",
    text: TOKEN_SQL,
    values: [sid, sub, org, project],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  const access = accessOf({ ...row, models: [], endpoints: [], allowed_ips: [] });
  if (!isAllowed("tokens.use", access.role, null)) return undefined;
  return {
    names: [sub, org],
    expiresAtMs: Math.min(endOf(claims), row.expires_at.getTime()),
    caller: {
      credentialId: `user:${sub}`,
      keyId: null,
      orgId: org,
      projectId: project,
      memberId: sub,
      isTest: false,
      access,
    },
  };
}
