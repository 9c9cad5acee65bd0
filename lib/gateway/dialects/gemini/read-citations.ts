import type { Citation, JsonObject } from "#lib/gateway/conversation";
import { listIn, numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { DIALECT, said, unread } from "./fields.ts";

/** A text of ours in which Google's offsets count: in bytes, from the start of what Google calls the part. */
export type TextPlace = {
  readonly part: number;
  readonly text: string;
  /** Where that text begins in our part, in characters. */
  readonly base: number;
};

/** Gives the text that Google's part of this index is in, or the last text. Nothing where there is no text at all. */
export type FindText = (partIndex: number) => TextPlace | undefined;

export type PlacedCitation = { readonly part: number; readonly citation: Citation };

/** Reads the sources of a candidate: those it searched for, and those it recites. */
export function readCitations(candidate: JsonObject, findText: FindText): readonly PlacedCitation[] {
  if (findText(0) === undefined) return [];
  return [...readGrounding(objectIn(candidate.groundingMetadata), findText), ...readRecited(candidate, findText)];
}

function readGrounding(metadata: JsonObject | undefined, findText: FindText): readonly PlacedCitation[] {
  const chunks = listIn(metadata?.groundingChunks).map((chunk): JsonObject => objectIn(chunk) ?? {});
  const cited = new Set<number>();
  const supported = listIn(metadata?.groundingSupports).flatMap((raw) => {
    const support = objectIn(raw) ?? {};
    const scores = listIn(support.confidenceScores);
    return listIn(support.groundingChunkIndices).flatMap((index, at) => {
      const chunk = typeof index === "number" ? chunks[index] : undefined;
      if (chunk === undefined || typeof index !== "number") return [];
      cited.add(index);
      return placed(sourceOf(chunk, numberIn(scores[at])), objectIn(support.segment), findText);
    });
  });
  const others = chunks
    .filter((_, at) => !cited.has(at))
    .flatMap((chunk) => placed(sourceOf(chunk), undefined, findText));
  return [...supported, ...others];
}

function sourceOf(chunk: JsonObject, confidenceScore?: number): Citation {
  const source = objectIn(chunk.web) ?? objectIn(chunk.retrievedContext) ?? objectIn(chunk.maps);
  return {
    ...said({ url: textIn(source?.uri), title: textIn(source?.title), citedText: textIn(source?.text) }),
    original: { dialect: DIALECT, value: { groundingChunk: chunk, ...said({ confidenceScore }) } },
  };
}

function readRecited(candidate: JsonObject, findText: FindText): readonly PlacedCitation[] {
  const metadata = objectIn(candidate.citationMetadata);
  return [...listIn(metadata?.citationSources), ...listIn(metadata?.citations)].flatMap((raw) => {
    const citationSource = objectIn(raw) ?? {};
    const { uri, title } = citationSource;
    const original = { dialect: DIALECT, value: { citationSource } } as const;
    return placed({ ...said({ url: textIn(uri), title: textIn(title) }), original }, citationSource, findText);
  });
}

function placed(citation: Citation, segment: JsonObject | undefined, findText: FindText): readonly PlacedCitation[] {
  const place = findText(numberIn(segment?.partIndex) ?? 0);
  if (place === undefined) return [];
  const endByte = numberIn(segment?.endIndex);
  if (endByte === undefined) return [{ part: place.part, citation }];
  const start = place.base + charsBefore(place.text, numberIn(segment?.startIndex) ?? 0);
  const end = place.base + charsBefore(place.text, endByte);
  return [{ part: place.part, citation: { ...citation, start, end } }];
}

const charsBefore = (text: string, byte: number) => Buffer.from(text).subarray(0, byte).toString().length;

const GROUNDING: ReadonlySet<string> = new Set(["groundingChunks", "groundingSupports"]);
const RECITED: ReadonlySet<string> = new Set(["citationSources", "citations"]);

/** Gives what a candidate says of its sources beside the citations themselves. */
export const readSourceNotes = (candidate: JsonObject): JsonObject => ({
  ...unread(objectIn(candidate.groundingMetadata) ?? {}, GROUNDING, "groundingMetadata."),
  ...unread(objectIn(candidate.citationMetadata) ?? {}, RECITED, "citationMetadata."),
});
