import type { Citation, JsonObject } from "#lib/gateway/conversation";
import { countIn, defined, listIn, objectIn, textIn } from "../read.ts";

const DIALECT = "openai-chat";

/** Reads the `annotations` of a message. */
export const readCitations = (raw: unknown): readonly Citation[] =>
  listIn(raw).flatMap((value) => {
    const annotation = objectIn(value);
    return annotation === undefined ? [] : [readCitation(annotation)];
  });

function readCitation(value: JsonObject): Citation {
  const page = objectIn(value.url_citation);
  return {
    url: textIn(page?.url),
    title: textIn(page?.title),
    citedText: textIn(page?.content),
    start: countIn(page?.start_index),
    end: countIn(page?.end_index),
    original: { dialect: DIALECT, value },
  };
}

/** Where the text that is cited stands in the content of its message. */
export type CitedRange = { readonly start: number; readonly length: number };

/** Writes one annotation, its offsets counted in the whole content; nothing where there is no address to give. */
export function writeCitation(citation: Citation, { start, length }: CitedRange): JsonObject | undefined {
  if (citation.original.dialect === DIALECT && start === 0) return citation.original.value;
  if (citation.url === undefined) return undefined;
  return {
    type: "url_citation",
    url_citation: defined({
      url: citation.url,
      title: citation.title ?? "",
      start_index: start + (citation.start ?? 0),
      end_index: start + (citation.end ?? length),
      content: citation.citedText,
    }),
  };
}
