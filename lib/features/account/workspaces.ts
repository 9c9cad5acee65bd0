import { ORG_ROLES, type OrgRole } from "#lib/base/permissions";
import type { Db } from "#lib/platform/db";

export type Workspace = {
  readonly org: { readonly id: string; readonly slug: string; readonly name: string };
  readonly project: { readonly id: string; readonly slug: string; readonly name: string };
};

/** How many a list of them names; the others are still entered by their address. */
export const WORKSPACES_MAX = 100;

const SHOWN = { id: true, slug: true, name: true } as const;
const SHOWN_WITH_ORGANIZATION = { ...SHOWN, organization: { select: SHOWN } } as const;

const isEntered = (userId: string) => ({ disabledAt: null, memberships: { some: { userId } } });

/** Gives the projects a user can enter, newest organisation last; one more than a list names when there are more. */
export async function listWorkspaces(db: Db, userId: string): Promise<Workspace[]> {
  const projects = await db.project.findMany({
    where: { archivedAt: null, organization: isEntered(userId) },
    select: SHOWN_WITH_ORGANIZATION,
    orderBy: [{ orgId: "asc" }, { id: "asc" }],
    take: WORKSPACES_MAX + 1,
  });
  return projects.map(({ organization, ...project }) => ({ org: organization, project }));
}

type Address = { readonly userId: string; readonly org: string; readonly project: string };

/** Gives the project of those URL names, or nothing when the user cannot enter it. */
export async function findWorkspace(db: Db, { userId, org, project }: Address): Promise<Workspace | undefined> {
  const found = await db.project.findFirst({
    where: { slug: project, archivedAt: null, organization: { slug: org, ...isEntered(userId) } },
    select: SHOWN_WITH_ORGANIZATION,
  });
  if (!found) return undefined;
  const { organization, ...shown } = found;
  return { org: organization, project: shown };
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
