import { AppError } from "#lib/base/errors";
import type { DialectId } from "../conversation.ts";
import { dialectOf } from "../endpoints/dialect-of.ts";
import type { Caller, KeysPort } from "../ports.ts";
import type { GatewayRequest } from "../request.ts";

/** Finds who calls, by the credential wherever a client of the four dialects puts it. Refuses with 401, and with 429 where too many wrong ones came from. */
export function authenticate(request: GatewayRequest, keys: KeysPort): Caller | Promise<Caller> {
  const presented = credentialOf(request);
  if (presented === undefined) {
    const place = PLACES[dialectOf(request.path)];
    throw new AppError("missing_api_key", `No API key was given. Send it as \`${place} sk-sy-...\`.`);
  }
  const found = keys.find(presented, request.remoteAddress);
  return found instanceof Promise ? found.then(known) : known(found);
}

function known(caller: Caller | null): Caller {
  if (caller === null) throw new AppError("invalid_api_key", "The API key is not valid, or no longer.");
  return caller;
}

/** Where a client of each dialect sends its key. */
const PLACES: Readonly<Record<DialectId, string>> = {
  "openai-chat": "Authorization: Bearer",
  "openai-responses": "Authorization: Bearer",
  "anthropic-messages": "x-api-key:",
  gemini: "x-goog-api-key:",
};

/** Headers that hold a key and nothing else: Anthropic's, Azure's, Google's. */
const KEY_HEADERS = ["x-api-key", "api-key", "x-goog-api-key"];

/** Gives the credential of the first place that holds one; other schemes of `authorization` are not ours and are passed over. */
function credentialOf(request: GatewayRequest): string | undefined {
  const bearer = bearerOf(request.header("authorization"));
  if (bearer !== undefined) return bearer;
  for (const name of KEY_HEADERS) {
    const key = request.header(name)?.trim();
    if (key) return key;
  }
  return keyInQuery(request);
}

/** Schemes are case-insensitive and spaces around them are tolerated. */
function bearerOf(authorization: string | undefined): string | undefined {
  const trimmed = authorization?.trim() ?? "";
  if (trimmed.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  return trimmed.slice(7).trim() || undefined;
}

/** Google's clients may put the key in the URL. It is read here and nowhere else: the query is neither logged nor sent on. */
function keyInQuery({ path, query }: GatewayRequest): string | undefined {
  if (query === "" || dialectOf(path) !== "gemini") return undefined;
  return new URLSearchParams(query).get("key")?.trim() || undefined;
}
