import { z } from "zod";
import { PageInput } from "#lib/features/page";

const TEXT_LENGTH_MAX = 200;
const text = z.string().min(1).max(TEXT_LENGTH_MAX).optional();

export const ListAuditInput = PageInput.extend({
  orgId: z.uuid().optional(),
  action: text,
  actorId: text,
  target: text,
});
