import type { FilePart, ImagePart, JsonObject, Part, TextPart } from "#lib/gateway/conversation";
import { defined } from "../read.ts";
import { extrasHave, withExtras } from "./extras.ts";
import type { LossReport } from "./loss-report.ts";
import { imageOf, writeMediaUrl } from "./media.ts";

const DIALECT = "openai-chat";

/** Writes one part of a user's, system or developer message; nothing, and a loss, where the dialect has no such part. */
export function encodePart(part: Part, path: string, report: LossReport): JsonObject | undefined {
  reportHint(part, path, report);
  const encoded = written(part, path, report);
  if (encoded === undefined) report.meaning(path);
  return encoded;
}

/** A hint about the cache has no place that every upstream of this dialect takes. */
export function reportHint(part: Part, path: string, report: LossReport): void {
  if (part.kind === "foreign" || part.cacheHint === undefined) return;
  if (!extrasHave(part.extras, "prompt_cache_breakpoint")) report.harmless(`${path}.cacheHint`);
}

function written(part: Part, path: string, report: LossReport): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return encodeText(part, path, report);
    case "image":
      return encodeImage(part);
    case "audio":
      if (part.base64 === "") return undefined;
      return withExtras({ type: "input_audio", input_audio: { data: part.base64, format: part.format } }, part.extras);
    case "file":
      return encodeFile(part);
    case "refusal":
      return withExtras({ type: "refusal", refusal: part.text }, part.extras);
    case "foreign":
      return part.dialect === DIALECT ? part.value : undefined;
    default:
      return undefined;
  }
}

/** Writes a text; what was cited in it, and a proof on it, have no place in a request. */
export function encodeText(part: TextPart, path: string, report: LossReport): JsonObject {
  if (part.citations !== undefined) report.harmless(`${path}.citations`);
  if (part.signature !== undefined) report.harmless(`${path}.signature`);
  return withExtras({ type: "text", text: part.text }, part.extras);
}

function encodeImage({ media, detail, extras }: ImagePart): JsonObject | undefined {
  const url = writeMediaUrl(media);
  return url === undefined ? undefined : withExtras(imageOf(url, detail), extras);
}

/** Chat takes a file's bytes or the id of one stored at OpenAI, but no address. */
function encodeFile({ media, filename, extras }: FilePart): JsonObject | undefined {
  if (media.kind === "stored" && media.origin === DIALECT) {
    return withExtras({ type: "file", file: defined({ file_id: media.id, filename }) }, extras);
  }
  if (media.kind !== "data") return undefined;
  // OpenAI refuses a file without a name.
  const file = { filename: filename ?? `file.${extensionOf(media.mediaType)}`, file_data: writeMediaUrl(media) };
  return withExtras({ type: "file", file }, extras);
}

const extensionOf = (mediaType: string) => /^[^/]+\/([A-Za-z0-9]+)$/.exec(mediaType)?.[1] ?? "bin";

/** Gives the content of a message: a single plain text as a string, as every upstream takes it. */
export function contentOf(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const [first] = parts;
  if (first === undefined) return "";
  const isPlain = parts.length === 1 && first.type === "text" && Object.keys(first).length === 2;
  return isPlain && typeof first.text === "string" ? first.text : parts;
}
