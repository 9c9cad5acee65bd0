import { z } from "zod";
import { ProjectAccess } from "#lib/features/projects/schema";
import { updateProjectAccess } from "#lib/features/projects/update-project-access";
import { openOrganization } from "../open-organization.ts";
import { defineRoute, plain } from "../route.ts";
import { id } from "../shapes.ts";

export const projectRoutes = [
  defineRoute({
    ...plain,
    id: "updateProjectAccess",
    method: "POST",
    path: "/organizations/{id}/projects/{projectId}/access",
    summary: "Set the models that may be used in a project",
    params: z.strictObject({ id, projectId: id }),
    body: ProjectAccess,
    output: z.strictObject({ id, models: z.array(z.string()) }),
    run: async ({ ctx, params, body }) =>
      updateProjectAccess(await openOrganization(ctx, params.id), { ...body, id: params.projectId }),
  }),
];
