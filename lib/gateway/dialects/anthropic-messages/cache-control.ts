import type { CacheHint, Extras, JsonObject } from "#lib/gateway/conversation";
import { defined, invalid, objectIn, optional, requireObject, restOf } from "#lib/gateway/dialects/read";
import { extrasOf } from "./extras.ts";

const KNOWN = new Set(["type", "ttl"]);

/** Reads what any block or tool may carry beside its content: the cache hint, and fields without a place of their own. */
export function readBase(
  block: JsonObject,
  path: string,
  known: ReadonlySet<string>,
): { readonly cacheHint?: CacheHint; readonly extras?: Extras } {
  const cacheHint = readCacheHint(block.cache_control, `${path}.cache_control`);
  const { cache_control: control, ...rest } = block;
  const isPlain = restOf(objectIn(control) ?? {}, KNOWN) === undefined;
  return { cacheHint, extras: extrasOf(isPlain ? rest : block, known) };
}

function readCacheHint(value: unknown, path: string): CacheHint | undefined {
  const control = optional(value, path, requireObject);
  if (control === undefined) return undefined;
  if (control.type !== "ephemeral") throw invalid(`${path}.type`, "must be `ephemeral`.");
  const ttl = optional(control.ttl, `${path}.ttl`, readTtl);
  return ttl === undefined ? {} : { ttl };
}

function readTtl(value: unknown, path: string): "5m" | "1h" {
  if (value === "5m" || value === "1h") return value;
  throw invalid(path, "must be `5m` or `1h`.");
}

export const writeCacheHint = (hint: CacheHint | undefined): JsonObject | undefined =>
  hint && defined({ type: "ephemeral", ttl: hint.ttl });
