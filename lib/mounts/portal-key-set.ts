import { listPublicKeys } from "#lib/features/tokens/list-public-keys";
import { failureOf } from "./action.ts";
import { openPortal } from "./portal-context.ts";

/** However often it is asked for, the table is looked at no more often than this. */
const KEPT_MS = 5_000;
const CACHE_CONTROL = "public, max-age=300";

let kept: { readonly atMs: number; readonly keys: ReturnType<typeof listPublicKeys> } | undefined;

/** Answers with the keys that verify our access tokens, for services of the customer's own (RFC 7517). */
export async function servePortalKeySet(): Promise<Response> {
  try {
    const headers = { "cache-control": CACHE_CONTROL, "access-control-allow-origin": "*" };
    return Response.json(await readKeySet(), { headers });
  } catch (thrown) {
    const { code, requestId } = failureOf(thrown);
    return Response.json({ error: { code, requestId } }, { status: 503, headers: { "cache-control": "no-store" } });
  }
}

function readKeySet() {
  const nowMs = performance.now();
  if (kept !== undefined && nowMs - kept.atMs <= KEPT_MS) return kept.keys;
  const keys = listPublicKeys(openPortal().db, new Date());
  kept = { atMs: nowMs, keys };
  keys.catch(() => {
    kept = undefined;
  });
  return keys;
}
