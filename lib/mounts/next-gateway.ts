import { loadConfig } from "#lib/platform/config";
import { type Gateway, openGateway } from "#lib/runtime";
import { serveWeb } from "./web.ts";

let opening: Promise<Gateway> | undefined;

/**
 * The gateway inside the portal's process, for a deployment of one process: off unless GATEWAY_IN_PORTAL is 1. It is
 * opened by the first call, never at import, because the build has no settings.
 */
export async function serveInPortal(request: Request): Promise<Response> {
  if (loadConfig().GATEWAY_IN_PORTAL !== "1") return notServedHere();
  opening ??= openGateway(loadConfig());
  const gateway = await opening.catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return serveWeb(request, gateway.deps);
}

function notServedHere(): Response {
  const error = {
    message: "The API is served by the gateway, not by the portal.",
    type: "invalid_request_error",
    param: null,
    code: "not_found",
  };
  return Response.json({ error }, { status: 404 });
}
