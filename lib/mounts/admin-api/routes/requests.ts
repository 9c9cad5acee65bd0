import { z } from "zod";
import { listRequests } from "#lib/features/requests/list-requests";
import { readRequest } from "#lib/features/requests/read-request";
import { ListRequestsInput } from "#lib/features/requests/schema";
import { defineRoute, plain } from "../route.ts";
import { count, id, pageOf, time, usd } from "../shapes.ts";

const request = {
  id,
  admittedAt: time,
  orgId: id.nullable(),
  projectId: id.nullable(),
  memberId: id.nullable(),
  keyId: id.nullable(),
  endpoint: z.string(),
  requestedModel: z.string(),
  servedModel: z.string(),
  provider: z.string(),
  deployment: z.string(),
  status: z.int(),
  outcome: z.string(),
  errorCode: z.string().nullable(),
  isStream: z.boolean(),
  isTest: z.boolean(),
  requests: count.describe("How many requests the row stands for; above 1 only for sampled refusals"),
  cache: z.string(),
  inputTokens: count,
  outputTokens: count,
  costUsd: usd,
  durationMs: count,
  firstByteMs: count.nullable(),
};

const attempt = z.strictObject({
  deployment: z.string(),
  provider: z.string(),
  credential: z.string(),
  status: z.number(),
  failure: z.string().nullable(),
  durationMs: z.number(),
  costUsd: usd,
});

export const requestRoutes = [
  defineRoute({
    ...plain,
    id: "listRequests",
    method: "GET",
    path: "/requests",
    summary: "List requests, refused ones too, the newest first",
    query: ListRequestsInput,
    output: pageOf(z.strictObject(request)),
    run: ({ ctx, query }) => listRequests(ctx, query),
  }),
  defineRoute({
    ...plain,
    id: "readRequest",
    method: "GET",
    path: "/requests/{id}",
    summary: "Read a request with its attempts and the deployments that were passed over",
    params: z.strictObject({ id }),
    output: z.strictObject({
      ...request,
      cachedInputTokens: count,
      cacheWriteTokens: count,
      reasoningTokens: count,
      isEstimated: z.boolean(),
      upstreamCostUsd: usd,
      configVersion: count,
      attempts: z.array(attempt),
      rejected: z.array(z.strictObject({ deployment: z.string(), reason: z.string() })),
    }),
    run: ({ ctx, params }) => readRequest(ctx, params),
  }),
];
