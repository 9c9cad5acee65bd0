import { findFirstRequest } from "#lib/features/keys/find-first-request";
import { portalRead } from "#lib/mounts/portal-read";
import { openContext } from "#lib/mounts/session";

export const GET = portalRead(async ({ org = "", keyId = "" }) => findFirstRequest(await openContext(org), { keyId }));
