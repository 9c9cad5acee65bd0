import { AppError } from "#lib/base/errors";
import type { Caller, KeysPort } from "../ports.ts";
import type { GatewayRequest } from "../request.ts";

/** Finds who calls, by the credential in any header a client of the four dialects sends. Refuses with 401. */
export async function authenticate(request: GatewayRequest, keys: KeysPort): Promise<Caller> {
  const presented = credentialOf(request);
  if (presented === undefined) {
    throw new AppError("missing_api_key", "No API key was given. Send it as `Authorization: Bearer sk-sy-...`.");
  }
  const found = keys.find(presented);
  const caller = found instanceof Promise ? await found : found;
  if (caller === null) throw new AppError("invalid_api_key", "The API key is not valid, or no longer.");
  return caller;
}

/** Gives the credential as sent; schemes are case-insensitive and spaces around it are tolerated. */
function credentialOf(request: GatewayRequest): string | undefined {
  const authorization = request.header("authorization");
  if (authorization !== undefined) return bearerOf(authorization);
  const other = request.header("x-api-key") ?? request.header("api-key");
  return other?.trim() || undefined;
}

function bearerOf(authorization: string): string | undefined {
  const trimmed = authorization.trim();
  if (trimmed.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  return trimmed.slice(7).trim() || undefined;
}
