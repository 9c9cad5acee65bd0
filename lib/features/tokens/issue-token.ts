import { SignJWT } from "jose";
import type { z } from "zod";
import {
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_LIFETIME_S,
  TOKEN_TYPE,
  type TokenClaims,
} from "#lib/base/access-token";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import type { IssueThrottle } from "./issue-throttle.ts";
import { IssueTokenInput } from "./schema.ts";
import { readSigningKey } from "./signing-keys.ts";

/** A member of the organisation, by the portal session they are signed in with. */
type SignedIn = FeatureContext & { readonly sessionId: string };

type TokenDeps = { readonly publicUrl: string; readonly secretsKey: string; readonly throttle: IssueThrottle };

/** Issues an access token to a signed-in member. It counts wherever a key does, for ten minutes or until the session ends. */
export async function issueToken(ctx: SignedIn, raw: z.input<typeof IssueTokenInput>, deps: TokenDeps) {
  requirePermission(ctx, "tokens.use");
  if (ctx.actor.kind !== "user") throw new AppError("forbidden", "Access tokens are for people who are signed in.");
  deps.throttle.take(ctx.actor.id);
  const input = IssueTokenInput.parse(raw);
  const project = await findProject(ctx, input.project ?? null);
  const iat = Math.floor(ctx.now().getTime() / 1_000);
  const claims: TokenClaims = {
    iss: deps.publicUrl,
    aud: TOKEN_AUDIENCE,
    sub: ctx.actor.id,
    org: ctx.orgId,
    project,
    sid: ctx.sessionId,
    iat,
    exp: iat + TOKEN_LIFETIME_S,
    jti: newId(),
  };
  const signer = await readSigningKey(ctx, deps.secretsKey);
  const accessToken = await new SignJWT(claims)
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: signer.id })
    .sign(signer.key);
  const after = { project, sessionId: ctx.sessionId };
  await audit(ctx.db, ctx, { action: "token.issue", target: claims.jti, after });
  return { accessToken, expiresIn: TOKEN_LIFETIME_S, tokenType: "Bearer" as const };
}

async function findProject({ db, orgId }: FeatureContext, slug: string | null): Promise<string | null> {
  if (slug === null) return null;
  const project = await db.project.findUnique({
    where: { orgId_slug: { orgId, slug }, archivedAt: null },
    select: { id: true },
  });
  if (project) return project.id;
  throw new AppError("not_found", "There is no such project.", { param: "project" });
}
