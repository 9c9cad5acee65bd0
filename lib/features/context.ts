import { AppError } from "#lib/base/errors";
import { isAllowed, type OrgRole, type Permission, type PlatformRole } from "#lib/base/permissions";
import type { Db } from "#lib/platform/db";

export type Actor =
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "admin-key"; readonly id: string }
  | { readonly kind: "system"; readonly id: string };

/** What every verb is given: who acts, with which rights, on what database, at what time. */
export type PlatformContext = {
  readonly actor: Actor;
  readonly platformRole: PlatformRole | null;
  readonly orgRole: OrgRole | null;
  readonly orgId: string | null;
  readonly db: Db;
  readonly now: () => Date;
  readonly ip: string | null;
};

/** The context of what runs by itself, by a command or a clock: an operator that is no person. */
export const systemContext = (id: string, db: Db): PlatformContext => ({
  actor: { kind: "system", id },
  platformRole: "operator",
  orgRole: null,
  orgId: null,
  db,
  now: () => new Date(),
  ip: null,
});

/** The context of a verb inside one organisation; every query of it filters by `orgId`. */
export type FeatureContext = PlatformContext & { readonly orgId: string };

/** Refuses with 403 unless one of the actor's roles grants the permission. */
export function requirePermission(ctx: PlatformContext, permission: Permission): void {
  if (isAllowed(permission, ctx.orgRole, ctx.platformRole)) return;
  throw new AppError("forbidden", "Your role does not allow this.", { detail: `lacks ${permission}` });
}
