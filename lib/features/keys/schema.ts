import { z } from "zod";
import { ENDPOINT_SCOPES } from "#lib/base/endpoint-scopes";
import { ModelNames } from "#lib/features/model-names";
import { PageInput } from "#lib/features/page";

const NAME_LENGTH_MAX = 80;
const ADDRESSES_MAX = 64;
const ADDRESS_LENGTH_MAX = 64;

export const KEY_KINDS = ["live", "test"] as const;

/** What a key may be used for; a list that is empty does not restrict. */
const access = {
  endpoints: z
    .array(z.enum(ENDPOINT_SCOPES))
    .max(ENDPOINT_SCOPES.length)
    .transform((scopes) => [...new Set(scopes)]),
  models: ModelNames,
  /** Addresses and CIDR ranges; the verb reads them strictly. */
  allowedIps: z.array(z.string().max(ADDRESS_LENGTH_MAX)).max(ADDRESSES_MAX),
};

export const CreateKeyInput = z.strictObject({
  name: z.string().trim().min(1).max(NAME_LENGTH_MAX),
  kind: z.enum(KEY_KINDS).default("live"),
  /** Without one the key belongs to the organisation's oldest project. */
  projectId: z.uuid().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  endpoints: access.endpoints.default([]),
  models: access.models.default([]),
  allowedIps: access.allowedIps.default([]),
});

/** What is absent stays as it is. */
export const KeyAccess = z.strictObject(access).partial();

export const UpdateKeyAccessInput = KeyAccess.extend({ id: z.uuid() });

export const ListKeysInput = PageInput.extend({ projectId: z.uuid().optional() });

export const RevokeKeyInput = z.strictObject({ id: z.uuid() });

export const FindFirstRequestInput = z.strictObject({ keyId: z.uuid() });
