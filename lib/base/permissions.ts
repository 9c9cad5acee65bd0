export const ORG_ROLES = ["owner", "admin", "developer", "billing", "viewer"] as const;
export const PLATFORM_ROLES = ["operator", "support", "viewer"] as const;
export type OrgRole = (typeof ORG_ROLES)[number];
export type PlatformRole = (typeof PLATFORM_ROLES)[number];

type Grant = { readonly org: readonly OrgRole[]; readonly platform: readonly PlatformRole[] };

/** Who may do what: the one table that server and pages read. An organisation's own role or a platform role suffices. */
export const PERMISSIONS = {
  "keys.read": { org: ["owner", "admin", "developer", "viewer"], platform: ["operator", "support", "viewer"] },
  "keys.write": { org: ["owner", "admin", "developer"], platform: ["operator"] },
  "tokens.use": { org: ["owner", "admin", "developer"], platform: [] },
  "usage.read": { org: ORG_ROLES, platform: PLATFORM_ROLES },
  "requests.read": { org: ["owner", "admin", "developer"], platform: ["operator", "support"] },
  "organizations.read": { org: ORG_ROLES, platform: PLATFORM_ROLES },
  "organizations.create": { org: [], platform: ["operator"] },
  "organizations.write": { org: [], platform: ["operator"] },
  "projects.write": { org: ["owner", "admin"], platform: ["operator"] },
  "credits.write": { org: [], platform: ["operator"] },
  "users.read": { org: [], platform: PLATFORM_ROLES },
  "users.write": { org: [], platform: ["operator"] },
  "config.read": { org: [], platform: PLATFORM_ROLES },
  "config.write": { org: [], platform: ["operator"] },
  "audit.read": { org: ["owner", "admin"], platform: PLATFORM_ROLES },
} as const satisfies Record<string, Grant>;

export type Permission = keyof typeof PERMISSIONS;

/** True when one of the two roles grants the permission. */
export function isAllowed(permission: Permission, orgRole: OrgRole | null, platformRole: PlatformRole | null): boolean {
  const grant: Grant = PERMISSIONS[permission];
  return (
    (orgRole !== null && grant.org.includes(orgRole)) ||
    (platformRole !== null && grant.platform.includes(platformRole))
  );
}
