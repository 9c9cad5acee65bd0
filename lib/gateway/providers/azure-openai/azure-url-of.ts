import { PATHS } from "../openai-compatible/build.ts";
import type { UpstreamOperation } from "../provider.ts";

/** The newest dated version that is not a preview; an address may name another. */
const API_VERSION = "2024-10-21";

/**
 * Gives the address of an operation. `.../openai/v1` takes the model from the body; any other address is a resource, where
 * each deployment has a path of its own. Gives nothing where there is no such operation, or no such deployment can be.
 */
export function azureUrlOf(baseUrl: string, operation: UpstreamOperation, upstreamModel: string): string | undefined {
  const url = operation === "moderations" ? null : URL.parse(baseUrl);
  if (url === null) return undefined;
  const version = url.searchParams.get("api-version");
  const prefix = url.pathname.replace(/\/+$/, "");
  if (prefix.endsWith("/openai/v1")) return addressOf(url, prefix + PATHS[operation], version);
  const deployment = segmentOf(upstreamModel);
  if (deployment === undefined) return undefined;
  const root = prefix.endsWith("/openai") ? prefix : `${prefix}/openai`;
  return addressOf(url, `${root}/deployments/${deployment}${PATHS[operation]}`, version ?? API_VERSION);
}

function addressOf({ origin }: URL, path: string, version: string | null): string {
  return origin + path + (version === null ? "" : `?api-version=${encodeURIComponent(version)}`);
}

/** Encodes one segment of a path. Dots alone would climb however they were encoded, so such a name gives nothing. */
function segmentOf(name: string): string | undefined {
  return name === "" || name === "." || name === ".." || !name.isWellFormed() ? undefined : encodeURIComponent(name);
}
