import { LRUCache } from "lru-cache";
import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { decode } from "next-auth/jwt";
import { cache } from "react";
import { z } from "zod";
import { AppError } from "#lib/base/errors";
import { type ReadSession, readSession } from "#lib/features/account/sessions";
import { findMembership, findWorkspace, listWorkspaces, WORKSPACES_MAX } from "#lib/features/account/workspaces";
import type { FeatureContext, PlatformContext } from "#lib/features/context";
import { sessionCookieName } from "./portal-config.ts";
import { openPortal, readOrigin } from "./portal-context.ts";

/** Nobody is signed in, or no longer: the page sends to sign-in, a read answers 401. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

// Sign-out elsewhere, a new password or a disabled user count after this long at the latest.
const SESSION_CACHE_MS = 3_000;
const sessions = new LRUCache<string, { readonly session: ReadSession | undefined }>({
  max: 5_000,
  ttl: SESSION_CACHE_MS,
});

const Token = z.object({ sid: z.uuid() });
const Slug = z.string().min(1).max(64);

/** Gives the signed-in user of this request, or nothing. Asks the `session` row, at most every few seconds. */
export const currentSession = cache(async (): Promise<ReadSession | undefined> => {
  const text = (await cookies()).get(sessionCookieName())?.value;
  if (text === undefined) return undefined;
  const { config, db } = openPortal();
  const token = Token.safeParse(await decode({ token: text, secret: config.AUTH_SECRET }).catch(() => null));
  if (!token.success) return undefined;
  const id = token.data.sid;
  const known = sessions.get(id);
  if (known) return known.session;
  const session = await readSession(db, id, new Date());
  sessions.set(id, { session });
  return session;
});

/** Forgets what is remembered of a session, so that this process sees its end at once. */
export const forgetSession = (id: string) => void sessions.delete(id);

/** Opens the context of a verb that needs a user but no organisation. */
export async function openUserContext(): Promise<PlatformContext & { readonly sessionId: string }> {
  const session = await currentSession();
  if (!session) throw new SignedOut();
  return {
    actor: { kind: "user", id: session.userId },
    platformRole: session.platformRole,
    orgRole: null,
    orgId: null,
    db: openPortal().db,
    now: () => new Date(),
    ip: (await readOrigin()).ip,
    sessionId: session.id,
  };
}

/** Opens the context of a verb inside the organisation of that URL name; a stranger is told it does not exist. */
export async function openContext(orgSlug: string): Promise<FeatureContext> {
  const ctx = await openUserContext();
  const slug = Slug.safeParse(orgSlug);
  const membership = slug.success && (await findMembership(ctx.db, { userId: ctx.actor.id, slug: slug.data }));
  if (!membership) throw new AppError("not_found", "There is no such organisation.");
  return { ...ctx, orgId: membership.orgId, orgRole: membership.role };
}

/** Gives the session of a page, or sends to sign-in and back to `path` afterwards. */
async function requireSession(path: string): Promise<ReadSession> {
  const session = await currentSession();
  return session ?? redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
}

/** Gives what a project page stands on: who looks, at which project, with which rights, and where else they may go. */
export const openProjectPage = cache(async (orgSlug: string, projectSlug: string) => {
  const session = await requireSession(`/o/${orgSlug}/p/${projectSlug}/keys`);
  const { userId } = session;
  const { db } = openPortal();
  const [workspace, all] = await Promise.all([
    findWorkspace(db, { userId, org: orgSlug, project: projectSlug }),
    listWorkspaces(db, userId),
  ]);
  if (!workspace) notFound();
  const workspaces = all.slice(0, WORKSPACES_MAX);
  return { session, workspace, workspaces, isCut: all.length > WORKSPACES_MAX, ctx: await openContext(orgSlug) };
});

/** Gives who looks and the project they begin with; there is none for who belongs nowhere. */
export async function openStartPage() {
  const session = await requireSession("/o");
  const [workspace] = await listWorkspaces(openPortal().db, session.userId);
  return { session, workspace };
}
