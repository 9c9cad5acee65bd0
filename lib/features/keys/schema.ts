import { z } from "zod";
import { PageInput } from "#lib/features/page";

const NAME_LENGTH_MAX = 80;

export const KEY_KINDS = ["live", "test"] as const;

export const CreateKeyInput = z.strictObject({
  name: z.string().trim().min(1).max(NAME_LENGTH_MAX),
  kind: z.enum(KEY_KINDS).default("live"),
  /** Without one the key belongs to the organisation's oldest project. */
  projectId: z.uuid().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

export const ListKeysInput = PageInput.extend({ projectId: z.uuid().optional() });

export const RevokeKeyInput = z.strictObject({ id: z.uuid() });

export const FindFirstRequestInput = z.strictObject({ keyId: z.uuid() });
