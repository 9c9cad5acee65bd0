import type { IncomingMessage } from "node:http";
import { AppError } from "#lib/base/errors";
import { scanMembers } from "#lib/gateway/json-scan";

export const BODY_BYTES_MAX = 1_048_576;
const YAML_TYPES = new Set(["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"]);

/** Reads the body as JSON, or as the text of YAML where the route takes it. An empty body is nothing. */
export async function readBody(
  incoming: IncomingMessage,
  { takesYaml }: { readonly takesYaml: boolean },
): Promise<unknown> {
  const bytes = await readBytes(incoming);
  if (bytes.length === 0) return undefined;
  const type = incoming.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (takesYaml && YAML_TYPES.has(type)) return textOf(bytes);
  if (type !== "application/json")
    throw new AppError("unsupported_content", `Send ${takesYaml ? "JSON or YAML" : "application/json"}.`);
  scanMembers(bytes);
  const value = parsed(textOf(bytes));
  if (!isWellFormed(value)) throw new AppError("invalid_field", "A text holds half of a character (a lone surrogate).");
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_json", "The body is not JSON.", { cause });
  }
}

/** An escape can name half of a character that takes two, which UTF-8 and so the database cannot hold. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, child]) => name.isWellFormed() && isWellFormed(child));
}

async function readBytes(incoming: IncomingMessage): Promise<Uint8Array> {
  if (Number(incoming.headers["content-length"] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  try {
    return await collect(incoming);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("caller_left", "The body ended early.", { cause });
  }
}

async function collect(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The bare iterator would destroy the socket on the way out, and with it the answer that says why.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_request", "The body is not UTF-8.", { cause });
  }
}

const tooLarge = () => new AppError("body_too_large", `A body may have at most ${BODY_BYTES_MAX} bytes.`);
