import { z } from "zod";
import { deleteExpiredResponses } from "#lib/features/responses/delete-expired";
import { defineJob } from "./job.ts";

/** Deletes stored responses that have expired; from their last second on nobody could read them. */
export const pruneResponses = defineJob({
  name: "prune-responses",
  trigger: { cron: "7 * * * *" },
  payload: z.unknown(),
  run: (_payload, { step, db, now }) =>
    step("delete", async () => ({ deleted: await deleteExpiredResponses(db, now()) })),
});
