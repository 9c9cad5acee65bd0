import { z } from "zod";
import { ModelNames } from "#lib/features/model-names";

export const ProjectAccess = z.strictObject({ models: ModelNames });

export const UpdateProjectAccessInput = ProjectAccess.extend({ id: z.uuid() });
