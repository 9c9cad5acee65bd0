import { serveInPortal } from "#lib/mounts/next-gateway";

export const dynamic = "force-dynamic";
export { serveInPortal as DELETE, serveInPortal as GET, serveInPortal as OPTIONS, serveInPortal as POST };
