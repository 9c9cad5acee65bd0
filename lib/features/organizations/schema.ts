import { z } from "zod";
import { PageInput } from "#lib/features/page";

const NAME_LENGTH_MAX = 120;
const SEARCH_LENGTH_MAX = 120;

export const CreateOrganizationInput = z.strictObject({ name: z.string().trim().min(1).max(NAME_LENGTH_MAX) });

export const ListOrganizationsInput = PageInput.extend({
  /** A part of the name or of the URL name. */
  search: z.string().trim().min(1).max(SEARCH_LENGTH_MAX).optional(),
});
