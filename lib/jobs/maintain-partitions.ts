import { z } from "zod";
import { ensurePartitions, pruneUsage } from "#lib/features/usage/partitions";
import { defineJob } from "./job.ts";

const DAY_MS = 86_400_000;
const MONTHS_AHEAD = 3;
/** Thirteen months, so that a year can be compared with the one before. Rollups stay. */
const RETENTION_DAYS = 400;

/** Keeps usage partitions ready for the coming months and drops those whose every row is past its time. */
export const maintainPartitions = defineJob({
  name: "maintain-partitions",
  trigger: { cron: "17 3 * * *" },
  payload: z.unknown(),
  run: async (_payload, { step, db, now }) => {
    const made = await step("ensure", async () => ({ made: await ensurePartitions(db, MONTHS_AHEAD) }));
    const before = new Date(now().getTime() - RETENTION_DAYS * DAY_MS);
    const dropped = await step("prune", async () => ({ dropped: await pruneUsage(db, before) }));
    return { ...made, ...dropped, before: before.toISOString() };
  },
});
