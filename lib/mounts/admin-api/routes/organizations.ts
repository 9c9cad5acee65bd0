import { z } from "zod";
import { addCredit } from "#lib/features/credits/add-credit";
import { AddCreditInput } from "#lib/features/credits/schema";
import { createOrganization } from "#lib/features/organizations/create-organization";
import { listOrganizations } from "#lib/features/organizations/list-organizations";
import { readOrganization } from "#lib/features/organizations/read-organization";
import {
  CreateOrganizationInput,
  ListOrganizationsInput,
  UpdateOrganizationAccessInput,
} from "#lib/features/organizations/schema";
import { updateOrganizationAccess } from "#lib/features/organizations/update-organization-access";
import { openOrganization } from "../open-organization.ts";
import { defineRoute, plain } from "../route.ts";
import { id, pageOf, time, usd } from "../shapes.ts";

const organization = { id, name: z.string(), slug: z.string(), createdAt: time };
/** An empty list of models does not restrict. */
const access = { models: z.array(z.string()), plan: z.string().nullable() };

export const organizationRoutes = [
  defineRoute({
    ...plain,
    id: "createOrganization",
    method: "POST",
    path: "/organizations",
    summary: "Create an organisation with its first project",
    status: 201,
    body: CreateOrganizationInput,
    output: z.strictObject({ ...organization, projectId: id }),
    run: ({ ctx, body }) => createOrganization(ctx, body),
  }),
  defineRoute({
    ...plain,
    id: "listOrganizations",
    method: "GET",
    path: "/organizations",
    summary: "List organisations, the newest first",
    query: ListOrganizationsInput,
    output: pageOf(z.strictObject({ ...organization, disabledAt: time.nullable() })),
    run: ({ ctx, query }) => listOrganizations(ctx, query),
  }),
  defineRoute({
    ...plain,
    id: "readOrganization",
    method: "GET",
    path: "/organizations/{id}",
    summary: "Read an organisation and its money",
    params: z.strictObject({ id }),
    output: z.strictObject({
      ...organization,
      ...access,
      disabledAt: time.nullable(),
      balanceUsd: usd,
      availableUsd: usd,
      projects: z.array(z.strictObject({ id, name: z.string(), slug: z.string(), models: z.array(z.string()) })),
    }),
    run: async ({ ctx, params }) => readOrganization({ ...ctx, orgId: params.id }),
  }),
  defineRoute({
    ...plain,
    id: "updateOrganizationAccess",
    method: "POST",
    path: "/organizations/{id}/access",
    summary: "Set an organisation's models and plan; what is not given stays",
    params: z.strictObject({ id }),
    body: UpdateOrganizationAccessInput,
    output: z.strictObject({ id, ...access }),
    run: async ({ ctx, params, body }) => updateOrganizationAccess(await openOrganization(ctx, params.id), body),
  }),
  defineRoute({
    ...plain,
    id: "addCredit",
    method: "POST",
    path: "/organizations/{id}/credits",
    summary: "Credit an organisation's wallet",
    status: 201,
    params: z.strictObject({ id }),
    body: AddCreditInput.omit({ idempotencyKey: true }),
    takesIdempotencyKey: true,
    output: z.strictObject({ id, amountUsd: usd, reason: z.string(), balanceUsd: usd }),
    run: async ({ ctx, params, body, idempotencyKey }) =>
      addCredit(await openOrganization(ctx, params.id), { ...body, idempotencyKey }),
  }),
];
