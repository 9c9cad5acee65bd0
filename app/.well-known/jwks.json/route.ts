import { servePortalKeySet } from "#lib/mounts/portal-key-set";

export const dynamic = "force-dynamic";
export const GET = servePortalKeySet;
