import type { Citation, JsonObject } from "#lib/gateway/conversation";
import { textIn } from "#lib/gateway/dialects/read";
import { OWN } from "./extras.ts";

/** Reads a citation. Its offsets point into the cited document, not into the text of the answer, so they stay in `original`. */
export function readCitation(value: JsonObject): Citation {
  const source = textIn(value.source);
  const url = textIn(value.url) ?? (source?.startsWith("http") ? source : undefined);
  return {
    url,
    title: textIn(value.title) ?? textIn(value.document_title),
    citedText: textIn(value.cited_text),
    original: { dialect: OWN, value },
  };
}

/** Writes a citation for a caller; one of another dialect needs a URL to be said. */
export function writeCitation({ url, title, citedText, original }: Citation): JsonObject | undefined {
  if (original.dialect === OWN) return original.value;
  if (url === undefined) return undefined;
  return {
    type: "web_search_result_location",
    url,
    title: title ?? null,
    cited_text: citedText ?? "",
    encrypted_index: "",
  };
}

/** Whether the API will know a citation again: not one that `writeCitation` made of another dialect's, which has no index. */
export const isOwnCitation = ({ original }: Citation): boolean =>
  original.dialect === OWN && original.value.encrypted_index !== "";
