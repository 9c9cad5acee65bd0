import { summarizeUsage } from "#lib/features/usage/summarize-usage";
import { portalRead } from "#lib/mounts/portal-read";
import { openContext } from "#lib/mounts/session";

export const GET = portalRead(async ({ org = "", projectId }) =>
  summarizeUsage(await openContext(org), { hours: 24, by: "model", projectId }),
);
