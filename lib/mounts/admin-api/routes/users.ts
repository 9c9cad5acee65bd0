import { z } from "zod";
import { createUser } from "#lib/features/users/create-user";
import { disableUser } from "#lib/features/users/disable-user";
import { enableUser } from "#lib/features/users/enable-user";
import { listUsers } from "#lib/features/users/list-users";
import { CreateUserInput, ListUsersInput } from "#lib/features/users/schema";
import { defineRoute, plain } from "../route.ts";
import { id, pageOf, time } from "../shapes.ts";

const user = z.strictObject({
  id,
  email: z.string(),
  name: z.string(),
  locale: z.string(),
  platformRole: z.string().nullable(),
  emailVerifiedAt: time.nullable(),
  disabledAt: time.nullable(),
  createdAt: time,
});

export const userRoutes = [
  defineRoute({
    ...plain,
    id: "createUser",
    method: "POST",
    path: "/users",
    summary: "Create a user, who signs in by mailed link",
    status: 201,
    body: CreateUserInput,
    output: user,
    run: ({ ctx, body }) => createUser(ctx, body),
  }),
  defineRoute({
    ...plain,
    id: "listUsers",
    method: "GET",
    path: "/users",
    summary: "List users, the newest first",
    query: ListUsersInput,
    output: pageOf(user),
    run: ({ ctx, query }) => listUsers(ctx, query),
  }),
  defineRoute({
    ...plain,
    id: "disableUser",
    method: "POST",
    path: "/users/{id}/disable",
    summary: "Lock a user out and end their sessions",
    params: z.strictObject({ id }),
    output: user,
    run: ({ ctx, params }) => disableUser(ctx, params),
  }),
  defineRoute({
    ...plain,
    id: "enableUser",
    method: "POST",
    path: "/users/{id}/enable",
    summary: "Let a disabled user in again",
    params: z.strictObject({ id }),
    output: user,
    run: ({ ctx, params }) => enableUser(ctx, params),
  }),
];
