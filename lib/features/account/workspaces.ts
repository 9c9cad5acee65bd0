import { ORG_ROLES, type OrgRole } from "#lib/base/permissions";
import type { Db } from "#lib/platform/db";

export type Workspace = {
  readonly org: { readonly id: string; readonly slug: string; readonly name: string };
  readonly project: { readonly id: string; readonly slug: string; readonly name: string };
};

const WORKSPACES_MAX = 100;

/** Gives the projects a user can enter, newest organisation last. */
export async function listWorkspaces(db: Db, userId: string): Promise<Workspace[]> {
  const projects = await db.project.findMany({
    where: { archivedAt: null, organization: { disabledAt: null, memberships: { some: { userId } } } },
    select: { id: true, slug: true, name: true, organization: { select: { id: true, slug: true, name: true } } },
    orderBy: [{ orgId: "asc" }, { id: "asc" }],
    take: WORKSPACES_MAX,
  });
  return projects.map(({ organization, ...project }) => ({ org: organization, project }));
}

/** Gives an organisation by its URL name and the user's role in it, or nothing for a stranger. */
export async function findMembership(db: Db, { userId, slug }: { readonly userId: string; readonly slug: string }) {
  const membership = await db.membership.findFirst({
    where: { userId, organization: { slug, disabledAt: null } },
    select: { role: true, orgId: true },
  });
  return membership && { orgId: membership.orgId, role: roleOf(membership.role) };
}

const roleOf = (text: string): OrgRole | null => ORG_ROLES.find((role) => role === text) ?? null;
