import type { Citation, JsonObject } from "#lib/gateway/conversation";
import { countIn, textIn } from "#lib/gateway/dialects/read";
import { objectsIn } from "./objects-in.ts";
import { OWN } from "./own.ts";

/** Reads an annotation of a text: a citation of a page or of a file. */
export function readCitation(annotation: JsonObject): Citation {
  const { url, title, filename, start_index, end_index } = annotation;
  const address = textIn(url);
  const name = textIn(title) ?? textIn(filename);
  const start = countIn(start_index);
  const end = countIn(end_index);
  return {
    ...(address === undefined ? {} : { url: address }),
    ...(name === undefined ? {} : { title: name }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    original: { dialect: OWN, value: annotation },
  };
}

/** Reads the annotations of a text part. */
export const readCitations = (annotations: unknown): readonly Citation[] => objectsIn(annotations).map(readCitation);

/** Whether an upstream can be told of the citation: a file of another provider means nothing to it. */
export const isSayable = (citation: Citation): boolean =>
  citation.original.dialect === OWN || citation.url !== undefined;

/** Writes a citation as an annotation, with all fields that its type requires. */
export function writeCitation({ url, title, start, end, original }: Citation): JsonObject {
  if (original.dialect === OWN) return original.value;
  if (url === undefined) return { type: "file_citation", file_id: "", filename: title ?? "", index: start ?? 0 };
  return { type: "url_citation", url, title: title ?? "", start_index: start ?? 0, end_index: end ?? start ?? 0 };
}
