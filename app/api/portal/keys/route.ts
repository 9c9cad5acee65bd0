import { listKeys } from "#lib/features/keys/list-keys";
import { portalRead } from "#lib/mounts/portal-read";
import { openContext } from "#lib/mounts/session";

export const GET = portalRead(async ({ org = "", ...query }) => listKeys(await openContext(org), query));
