import { z } from "zod";
import { activateConfig } from "#lib/features/config/activate-config";
import { listConfigVersions } from "#lib/features/config/list-config-versions";
import { publishConfig } from "#lib/features/config/publish-config";
import { readConfig } from "#lib/features/config/read-config";
import {
  ActivateConfigInput,
  ListConfigVersionsInput,
  PublishConfigInput,
  ReadConfigInput,
} from "#lib/features/config/schema";
import { defineRoute, plain } from "../route.ts";
import { count, pageOf, time } from "../shapes.ts";

const version = {
  number: z.int(),
  author: z.string(),
  message: z.string(),
  checksum: z.string(),
  createdAt: time,
  isActive: z.boolean(),
};

const issue = z.object({ message: z.string() }).loose();

/** The expected version stands in the query as text. */
const Expected = z.object({ expectedVersion: z.coerce.number().int().min(0).optional() });
const Message = PublishConfigInput.shape.message.default("Published through the Admin API");

export const configRoutes = [
  defineRoute({
    ...plain,
    id: "publishConfig",
    method: "POST",
    path: "/config",
    summary: "Store a configuration document as a new version and make it the active one",
    status: 201,
    query: z.strictObject({ message: Message, ...Expected.shape }),
    body: PublishConfigInput.shape.source,
    takesYaml: true,
    output: z.strictObject({
      number: z.int(),
      isNew: z.boolean(),
      checksum: z.string(),
      warnings: z.array(issue),
    }),
    run: ({ ctx, query, body, deps }) => publishConfig(ctx, { source: body, ...query }, deps),
  }),
  defineRoute({
    ...plain,
    id: "listConfigVersions",
    method: "GET",
    path: "/config",
    summary: "List configuration versions, the newest first",
    query: ListConfigVersionsInput,
    output: pageOf(z.strictObject(version)),
    run: ({ ctx, query }) => listConfigVersions(ctx, query),
  }),
  defineRoute({
    ...plain,
    id: "readConfig",
    method: "GET",
    path: "/config/{number}",
    summary: "Read a version with its document; `active` names the active one",
    params: z.strictObject({ number: ReadConfigInput.shape.number.unwrap() }),
    output: z.strictObject({ ...version, document: z.unknown() }),
    run: ({ ctx, params }) => readConfig(ctx, params),
  }),
  defineRoute({
    ...plain,
    id: "activateConfig",
    method: "POST",
    path: "/config/{number}/activate",
    summary: "Make a stored version the active one",
    params: ActivateConfigInput.pick({ number: true }),
    query: Expected.strict(),
    output: z.strictObject({ number: count, isActivated: z.boolean() }),
    run: ({ ctx, params, query, deps }) => activateConfig(ctx, { ...params, ...query }, deps),
  }),
];
