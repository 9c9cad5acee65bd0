import { AppError } from "#lib/base/errors";
import type { Endpoint } from "../endpoints/endpoint.ts";
import type { Caller } from "../ports.ts";
import type { GatewayRequest } from "../request.ts";

/** Checks, before anything of the body is read, that this credential may be used from here and for this. Refuses with 403. */
export function authorizeEndpoint(request: GatewayRequest, endpoint: Endpoint, { access }: Caller): void {
  if (access.admitsAddress && !access.admitsAddress(request.remoteAddress))
    throw new AppError("address_not_allowed", "This API key may not be used from your address.");
  if (access.scopes && !access.scopes.has(endpoint.scope))
    throw new AppError("endpoint_not_allowed", `This API key may not be used for ${endpoint.name}.`);
}
