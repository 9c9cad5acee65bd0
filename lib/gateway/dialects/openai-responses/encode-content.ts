import type { FilePart, ImagePart, JsonObject, Part, RefusalPart, TextPart } from "#lib/gateway/conversation";
import { defined } from "#lib/gateway/dialects/read";
import { isSayable, writeCitation } from "./citations.ts";
import { dataUrlOf, isElsewhere } from "./media.ts";
import { ownFields } from "./own.ts";

/** Writes a part of what goes in: of a user's or system's message, or of a tool's result. Nothing where it is no such part. */
export function writeInput(part: Part, isHinted: boolean): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return { type: "input_text", text: part.text, ...marksOf(part, isHinted) };
    case "refusal":
      return { type: "input_text", text: part.text };
    case "image":
      return writeImage(part, isHinted);
    case "file":
      return writeFile(part, isHinted);
    case "foreign":
      return part.value;
    default:
      return undefined;
  }
}

/** Writes a part of what an assistant said. */
export function writeSaid(part: TextPart | RefusalPart): JsonObject {
  if (part.kind === "refusal") return { type: "refusal", refusal: part.text, ...ownFields(part.extras) };
  const annotations = part.citations?.filter(isSayable).map(writeCitation);
  const cited = annotations?.length ? { annotations } : {};
  return { type: "output_text", text: part.text, ...cited, ...ownFields(part.extras) };
}

/** Writes what a tool gave back: a text where that is all, else a list. */
export function writeOutput(
  content: readonly (TextPart | ImagePart | FilePart)[],
  isHinted: boolean,
): string | readonly JsonObject[] {
  const [first] = content;
  if (first === undefined) return "";
  const isPlain = content.length === 1 && first.kind === "text" && !first.cacheHint && !first.extras;
  if (isPlain) return first.text;
  return content.flatMap((part): readonly JsonObject[] => {
    const written = part.kind === "text" || !isElsewhere(part.media) ? writeInput(part, isHinted) : undefined;
    return written ? [written] : [];
  });
}

function writeImage(part: ImagePart, isHinted: boolean): JsonObject {
  const { media, detail } = part;
  return defined({
    type: "input_image",
    image_url: media.kind === "stored" ? undefined : media.kind === "url" ? media.url : dataUrlOf(media),
    file_id: media.kind === "stored" ? media.id : undefined,
    // The only field of its kind that may not be missing.
    detail: detail ?? "auto",
    ...marksOf(part, isHinted),
  });
}

function writeFile(part: FilePart, isHinted: boolean): JsonObject {
  const { media, filename } = part;
  return defined({
    type: "input_file",
    // Data without a name is refused.
    filename: filename ?? (media.kind === "data" ? defaultNameOf(media.mediaType) : undefined),
    file_data: media.kind === "data" ? dataUrlOf(media) : undefined,
    file_url: media.kind === "url" ? media.url : undefined,
    file_id: media.kind === "stored" ? media.id : undefined,
    ...marksOf(part, isHinted),
  });
}

const defaultNameOf = (mediaType: string): string => {
  const [, subtype = "bin"] = /^[^/]+\/([\w.+-]+)/.exec(mediaType) ?? [];
  return `file.${subtype === "plain" ? "txt" : subtype}`;
};

/** A hint's own lifetimes (5m, 1h) are not the API's (30m, 12h), so the request's default holds. */
const marksOf = (part: TextPart | ImagePart | FilePart, isHinted: boolean): JsonObject => ({
  ...(part.cacheHint && isHinted ? { prompt_cache_breakpoint: { mode: "explicit" } } : {}),
  ...ownFields(part.extras),
});
