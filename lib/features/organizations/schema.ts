import { z } from "zod";
import { ModelNames } from "#lib/features/model-names";
import { PageInput } from "#lib/features/page";
import { plainName } from "#lib/gateway/configuration/names";

const NAME_LENGTH_MAX = 120;
const SEARCH_LENGTH_MAX = 120;

export const CreateOrganizationInput = z.strictObject({ name: z.string().trim().min(1).max(NAME_LENGTH_MAX) });

export const ListOrganizationsInput = PageInput.extend({
  /** A part of the name or of the URL name. */
  search: z.string().trim().min(1).max(SEARCH_LENGTH_MAX).optional(),
});

/** What is absent stays as it is; a plan of null takes it away. */
export const UpdateOrganizationAccessInput = z.strictObject({
  models: ModelNames.optional(),
  plan: plainName.nullable().optional(),
});
