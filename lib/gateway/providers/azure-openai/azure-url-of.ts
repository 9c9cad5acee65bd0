import { PATHS } from "../openai-compatible/build.ts";
import { pathSegmentOf } from "../path-segment.ts";
import type { UpstreamOperation } from "../provider.ts";

/** The newest dated version that is not a preview; an address may name another. */
const API_VERSION = "2024-10-21";

/** The first dated version that has the Responses API. */
const RESPONSES_SINCE = "2025-03-01";

/**
 * Gives the address of an operation. `.../openai/v1` takes the model from the body; any other address is a resource, where
 * each deployment has a path of its own. Gives nothing where there is no such operation, or no such deployment can be.
 */
export function azureUrlOf(baseUrl: string, operation: UpstreamOperation, upstreamModel: string): string | undefined {
  const path = operation === "moderations" ? undefined : PATHS[operation];
  const url = path && URL.parse(baseUrl);
  if (!url) return undefined;
  const version = url.searchParams.get("api-version");
  const prefix = url.pathname.replace(/\/+$/, "");
  if (prefix.endsWith("/openai/v1")) return addressOf(url, prefix + path, version);
  const root = prefix.endsWith("/openai") ? prefix : `${prefix}/openai`;
  const place = placeOf(operation, upstreamModel, version ?? API_VERSION);
  return place === undefined ? undefined : addressOf(url, root + place + path, version ?? API_VERSION);
}

/** Gives where an operation stands below a resource: below a deployment, but the Responses API and the list of models below none. */
function placeOf(operation: UpstreamOperation, upstreamModel: string, version: string): string | undefined {
  if (operation === "responses") return version >= RESPONSES_SINCE ? "" : undefined;
  if (operation === "models") return "";
  const deployment = pathSegmentOf(upstreamModel);
  return deployment && `/deployments/${deployment}`;
}

function addressOf({ origin }: URL, path: string, version: string | null): string {
  return origin + path + (version === null ? "" : `?api-version=${encodeURIComponent(version)}`);
}
