import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import type { GatewayRequest } from "../request.ts";

/** Types whose bodies are something else than one JSON document. */
const OTHER_TYPES = [
  "multipart/",
  "application/x-www-form-urlencoded",
  "application/xml",
  "text/html",
  "image/",
  "audio/",
];

/**
 * Reads the body, once what its headers say of it is something we can read. A missing type, `text/plain` and any other is
 * taken for JSON and judged by its bytes. Refuses with 415 before a byte is read, with 413 past the limit.
 */
export function readBody(request: GatewayRequest): Uint8Array | Promise<Uint8Array> {
  const encoding = request.header("content-encoding")?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== "identity" && encoding !== "")
    throw new AppError("unsupported_content", "Compressed bodies are not read. Send the JSON as it is.");
  const type = request.header("content-type")?.trim().toLowerCase() ?? "";
  if (OTHER_TYPES.some((other) => type.startsWith(other)))
    throw new AppError("unsupported_content", "Send the body as JSON, with `content-type: application/json`.");
  return request.read(BOUNDS.requestBytesMax);
}
