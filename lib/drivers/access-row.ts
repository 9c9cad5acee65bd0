import { ENDPOINT_SCOPES } from "#lib/base/endpoint-scopes";
import { ORG_ROLES } from "#lib/base/permissions";
import type { Access } from "#lib/gateway/ports";
import { compileAddressList } from "./address-list.ts";

/** What a credential's query tells of access; the last three are a key's own and empty for a token. */
export type AccessRow = {
  readonly org_id: string;
  readonly org_slug: string;
  readonly plan: string | null;
  readonly org_models: readonly string[];
  readonly project_models: readonly string[] | null;
  readonly role: string | null;
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  readonly allowed_ips: readonly string[];
};

/** Gives the access of a row; an empty list does not restrict. */
export function accessOf(row: AccessRow): Access {
  const sets = [row.org_models, row.project_models ?? [], row.models].filter((names) => names.length > 0);
  const scopes = ENDPOINT_SCOPES.filter((scope) => row.endpoints.includes(scope));
  return {
    organizationNames: [row.org_id, row.org_slug],
    plan: row.plan,
    role: ORG_ROLES.find((role) => role === row.role) ?? null,
    scopes: row.endpoints.length === 0 ? null : new Set(scopes),
    modelSets: sets.map((names) => new Set(names)),
    admitsAddress: compileAddressList(row.allowed_ips),
  };
}
