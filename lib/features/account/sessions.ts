import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { PLATFORM_ROLES, type PlatformRole } from "#lib/base/permissions";
import { audit } from "#lib/features/audit";
import { notify } from "#lib/features/notify";
import type { Db, Tx } from "#lib/platform/db";
import { type Locale, localeOf } from "./schema.ts";
import type { VisitorContext } from "./visitor.ts";

const DAY_MS = 86_400_000;
/** A session dies after this much silence; the portal's token lives as long. */
export const SESSION_LIFETIME_MS = 30 * DAY_MS;
const TOUCH_AFTER_MS = 300_000;
const USER_AGENT_CHARS_MAX = 300;

export type ReadSession = {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
  readonly platformRole: PlatformRole | null;
};

type Opening = { readonly userId: string; readonly by: "password" | "mail-link" };

/** Writes the row that a portal token names, and its audit entry. Gives the row's id. */
export async function openSession(tx: Tx, ctx: VisitorContext, { userId, by }: Opening): Promise<string> {
  const id = newId();
  const now = ctx.now();
  await tx.session.create({
    data: {
      id,
      userId,
      userAgent: ctx.userAgent?.slice(0, USER_AGENT_CHARS_MAX),
      ip: ctx.ip,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + SESSION_LIFETIME_MS),
    },
  });
  const actor = { kind: "user", id: userId } as const;
  await audit(tx, { ...ctx, actor }, { action: "account.sign-in", target: userId, after: { by } });
  return id;
}

/** Gives who a session belongs to, or nothing when it is revoked, over, or its user disabled. Being used prolongs it. */
export async function readSession(db: Db, id: string, now: Date): Promise<ReadSession | undefined> {
  const row = await db.session.findUnique({
    where: { id, revokedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
    select: {
      lastSeenAt: true,
      user: { select: { id: true, email: true, name: true, locale: true, platformRole: true } },
    },
  });
  if (!row) return undefined;
  if (now.getTime() - row.lastSeenAt.getTime() > TOUCH_AFTER_MS) await touch(db, id, now);
  const { user } = row;
  return {
    id,
    userId: user.id,
    email: user.email,
    name: user.name,
    locale: localeOf(user.locale),
    platformRole: PLATFORM_ROLES.find((role) => role === user.platformRole) ?? null,
  };
}

async function touch(db: Db, id: string, now: Date): Promise<void> {
  const expiresAt = new Date(now.getTime() + SESSION_LIFETIME_MS);
  await db.session.updateMany({ where: { id, revokedAt: null }, data: { lastSeenAt: now, expiresAt } });
}

type Revocation = { readonly userId: string; readonly now: Date; readonly except?: string; readonly only?: string };

/** Signs sessions of a user out: one, all but one, or all. Gives how many. */
export async function revokeSessions(tx: Tx, { userId, now, except, only }: Revocation): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { userId, revokedAt: null, id: { not: except, equals: only } },
    data: { revokedAt: now },
  });
  await notify(tx, CHANNELS.sessionChanged, userId);
  return count;
}
