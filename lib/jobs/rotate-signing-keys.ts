import { z } from "zod";
import { rotateSigningKeys as rotate } from "#lib/features/tokens/rotate-signing-keys";
import { defineJob } from "./job.ts";

/** Replaces the keys that sign access tokens, a month after they were made. */
export const rotateSigningKeys = defineJob({
  name: "rotate-signing-keys",
  trigger: { cron: "43 3 * * *" },
  payload: z.unknown(),
  run: async (_payload, { step, db, now, secretsKey }) => {
    const actor = { kind: "system", id: "rotate-signing-keys" } as const;
    const ctx = { actor, platformRole: null, orgRole: null, orgId: null, db, now, ip: null };
    return step("rotate", () => rotate(ctx, secretsKey));
  },
});
