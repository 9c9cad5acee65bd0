import { servePortalToken } from "#lib/mounts/portal-token";

export const POST = servePortalToken;
