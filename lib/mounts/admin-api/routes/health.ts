import { z } from "zod";
import { readHealth } from "#lib/features/health/read-health";
import { defineRoute, plain } from "../route.ts";
import { count, id, time } from "../shapes.ts";

const gateway = z.strictObject({
  id,
  host: z.string(),
  pid: count,
  startedAt: time,
  heartbeatAt: time,
  isAlive: z.boolean(),
});
const queue = z.strictObject({ name: z.string(), waiting: count, active: count, failed: count });

export const healthRoutes = [
  defineRoute({
    ...plain,
    id: "readHealth",
    method: "GET",
    path: "/health",
    summary: "Read the state of database, gateways and job queue",
    output: z.strictObject({
      status: z.enum(["ok", "degraded"]),
      databaseMs: count,
      configVersion: z.int().nullable(),
      gateways: z.array(gateway),
      queues: z.array(queue),
    }),
    run: async ({ ctx, deps }) => {
      const [health, queues] = await Promise.all([readHealth(ctx), deps.queueDepth()]);
      const isServed = health.configVersion !== null && health.gateways.some(({ isAlive }) => isAlive);
      return { status: isServed ? ("ok" as const) : ("degraded" as const), ...health, queues };
    },
  }),
];
