import { z } from "zod";
import { createKey } from "#lib/features/keys/create-key";
import { listKeys } from "#lib/features/keys/list-keys";
import { revokeKey } from "#lib/features/keys/revoke-key";
import { CreateKeyInput, KeyAccess, ListKeysInput } from "#lib/features/keys/schema";
import { updateKeyAccess } from "#lib/features/keys/update-key-access";
import { openOrganization } from "../open-organization.ts";
import { defineRoute, plain } from "../route.ts";
import { id, pageOf, time } from "../shapes.ts";

/** What a key may be used for; an empty list does not restrict. */
const access = {
  endpoints: z.array(z.string()),
  models: z.array(z.string()),
  allowedIps: z.array(z.string()),
};

const key = {
  ...access,
  id,
  name: z.string(),
  kind: z.string(),
  publicId: z.string(),
  last4: z.string(),
  projectId: id.nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
};

export const keyRoutes = [
  defineRoute({
    ...plain,
    id: "createKey",
    method: "POST",
    path: "/organizations/{id}/keys",
    summary: "Create an API key; its secret is in this answer only",
    status: 201,
    params: z.strictObject({ id }),
    body: CreateKeyInput,
    output: z.strictObject({ ...key, secret: z.string() }),
    run: async ({ ctx, params, body, deps }) => createKey(await openOrganization(ctx, params.id), body, deps),
  }),
  defineRoute({
    ...plain,
    id: "listKeys",
    method: "GET",
    path: "/organizations/{id}/keys",
    summary: "List an organisation's API keys, the newest first",
    params: z.strictObject({ id }),
    query: ListKeysInput,
    output: pageOf(
      z.strictObject({
        ...key,
        createdByName: z.string().nullable(),
        firstUsedAt: time.nullable(),
        lastUsedAt: time.nullable(),
        revokedAt: time.nullable(),
        status: z.enum(["active", "expired", "revoked"]),
      }),
    ),
    run: async ({ ctx, params, query }) => listKeys(await openOrganization(ctx, params.id), query),
  }),
  defineRoute({
    ...plain,
    id: "updateKeyAccess",
    method: "POST",
    path: "/organizations/{id}/keys/{keyId}/access",
    summary: "Set what a key may be used for; lists that are not given stay",
    params: z.strictObject({ id, keyId: id }),
    body: KeyAccess,
    output: z.strictObject({ id, ...access }),
    run: async ({ ctx, params, body }) =>
      updateKeyAccess(await openOrganization(ctx, params.id), { ...body, id: params.keyId }),
  }),
  defineRoute({
    ...plain,
    id: "revokeKey",
    method: "DELETE",
    path: "/organizations/{id}/keys/{keyId}",
    summary: "Revoke an API key for good; doing it again changes nothing",
    params: z.strictObject({ id, keyId: id }),
    output: z.strictObject({ id, revokedAt: time.nullable() }),
    run: async ({ ctx, params }) => revokeKey(await openOrganization(ctx, params.id), { id: params.keyId }),
  }),
];
