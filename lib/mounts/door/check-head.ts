import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import type { Incoming } from "./exchange.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** One meaning each: of two, another server on the way may read the other. */
export const SINGLE: ReadonlySet<string> = new Set([
  "host",
  "authorization",
  "x-api-key",
  "api-key",
  "content-length",
  "content-type",
  "expect",
]);
const SINGLE_CHARS = new Set([...SINGLE].map((name) => name.length));
/** What the one after us may resolve, decode or take for a separator: such a path would not mean here what it means there. */
const AMBIGUOUS = /\\|%5c|%00|\/(?:\.|%2e){1,2}(?:\/|$)/i;
const VISIBLE = /^[!-~]+$/;

type Head = Pick<Incoming, "method" | "rawHeaders" | "headers" | "httpVersionMajor" | "httpVersionMinor"> & {
  readonly url?: string | undefined;
};

/** Says why a request may not go further, by its head alone; nothing where it may. */
export function checkHead(head: Head): AppError | undefined {
  const url = head.url ?? "";
  if (!METHODS.includes(head.method ?? ""))
    return new AppError("method_not_allowed", "This method is not allowed here.", { allow: METHODS.join(", ") });
  if (head.rawHeaders.length > BOUNDS.headersMax * 2)
    return new AppError("headers_too_large", `A request may have at most ${BOUNDS.headersMax} headers.`);
  if (url.length > BOUNDS.urlBytesMax)
    return new AppError("url_too_long", `The address may have at most ${BOUNDS.urlBytesMax} bytes.`);
  if (!isOrdinaryTarget(url)) return malformed("The address of the request is not one we read.");
  const twice = doubled(head.rawHeaders);
  if (twice !== undefined) return malformed(`The header \`${twice}\` is given twice.`);
  const isHostMissing = head.httpVersionMajor === 1 && head.httpVersionMinor === 1 && head.headers.host === undefined;
  return isHostMissing ? malformed("The `host` header is missing.") : undefined;
}

const malformed = (message: string) => new AppError("invalid_request", message);

/** A path of ours: no absolute form, no authority, nothing that reads differently after decoding. */
function isOrdinaryTarget(url: string): boolean {
  if (!url.startsWith("/") || url.startsWith("//") || !VISIBLE.test(url)) return false;
  const end = url.indexOf("?");
  return !AMBIGUOUS.test(end < 0 ? url : url.slice(0, end));
}

function doubled(rawHeaders: readonly string[]): string | undefined {
  let seen: string[] | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] ?? "";
    // Most headers are told apart by their length alone.
    if (!SINGLE_CHARS.has(raw.length)) continue;
    const name = raw.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen?.includes(name)) return name;
    seen ??= [];
    seen.push(name);
  }
  return undefined;
}
