import { z } from "zod";
import { PLATFORM_ROLES } from "#lib/base/permissions";
import { PageInput } from "#lib/features/page";

const NAME_LENGTH_MAX = 80;
const EMAIL_LENGTH_MAX = 254;

export const CreateUserInput = z.strictObject({
  email: z.string().trim().toLowerCase().max(EMAIL_LENGTH_MAX).pipe(z.email()),
  name: z.string().trim().min(1).max(NAME_LENGTH_MAX),
  platformRole: z.enum(PLATFORM_ROLES).nullable().default(null),
});

export const ListUsersInput = PageInput.extend({
  /** A part of the mail address or of the name. */
  search: z.string().trim().min(1).max(EMAIL_LENGTH_MAX).optional(),
});

export const UserInput = z.strictObject({ id: z.uuid() });
