import { z } from "zod";
import { PageInput } from "#lib/features/page";

const MODEL_LENGTH_MAX = 256;

export const ListRequestsInput = PageInput.extend({
  orgId: z.uuid().optional(),
  projectId: z.uuid().optional(),
  keyId: z.uuid().optional(),
  /** The model asked for, or the one that served. */
  model: z.string().min(1).max(MODEL_LENGTH_MAX).optional(),
  status: z.coerce.number().int().min(100).max(599).optional(),
  /** Admitted at this time or later. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Admitted before this time. */
  to: z.iso.datetime({ offset: true }).optional(),
});

export const ReadRequestInput = z.strictObject({ id: z.uuid() });
