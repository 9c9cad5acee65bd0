import type { Citation, Json, JsonObject } from "#lib/gateway/conversation";
import { defined, numberIn, objectIn } from "#lib/gateway/dialects/read";
import { DIALECT } from "./fields.ts";

/** A text as it is written, its index among the written parts, and its citations. */
export type CitedText = { readonly partIndex: number; readonly text: string; readonly citations: readonly Citation[] };

/** Writes citations as the grounding and the recited sources of a candidate. */
export function writeCitations(texts: readonly CitedText[]): JsonObject {
  const chunks: Chunks = new Map();
  const supports = new Map<string, Support>();
  const recited: Json[] = [];
  for (const text of texts) {
    for (const citation of text.citations) {
      const source = ownOf(citation, "citationSource");
      if (source) recited.push(source);
      else addSupport(supports, addChunk(chunks, citation), segmentOf(text, citation));
    }
  }
  return defined({
    groundingMetadata:
      chunks.size === 0
        ? undefined
        : defined({
            groundingChunks: [...chunks.values()].map(({ chunk }) => chunk),
            groundingSupports: supports.size === 0 ? undefined : [...supports.values()].map(writeSupport),
          }),
    citationMetadata: recited.length === 0 ? undefined : { citationSources: recited },
  });
}

const ownOf = ({ original }: Citation, name: string) =>
  original.dialect === DIALECT ? objectIn(original.value[name]) : undefined;

type Chunks = Map<string, { readonly chunk: JsonObject; readonly index: number }>;
type Cited = { readonly index: number; readonly score: number | undefined };
type Support = { readonly segment: JsonObject; readonly cited: Cited[] };

function addChunk(chunks: Chunks, citation: Citation): Cited {
  const { url, title, original } = citation;
  const chunk = ownOf(citation, "groundingChunk") ?? { web: defined({ uri: url, title }) };
  const key = JSON.stringify(chunk);
  const known = chunks.get(key) ?? { chunk, index: chunks.size };
  chunks.set(key, known);
  const score = original.dialect === DIALECT ? numberIn(original.value.confidenceScore) : undefined;
  return { index: known.index, score };
}

function addSupport(supports: Map<string, Support>, cited: Cited, segment: JsonObject | undefined): void {
  if (segment === undefined) return;
  const key = JSON.stringify(segment);
  const known = supports.get(key) ?? { segment, cited: [] };
  known.cited.push(cited);
  supports.set(key, known);
}

function segmentOf({ partIndex, text }: CitedText, { start, end }: Citation): JsonObject | undefined {
  if (start === undefined || end === undefined) return undefined;
  return defined({
    partIndex: partIndex === 0 ? undefined : partIndex,
    startIndex: Buffer.byteLength(text.slice(0, start)),
    endIndex: Buffer.byteLength(text.slice(0, end)),
    text: text.slice(start, end),
  });
}

function writeSupport({ segment, cited }: Support): JsonObject {
  const scores = cited.flatMap(({ score }) => score ?? []);
  return defined({
    segment,
    groundingChunkIndices: cited.map(({ index }) => index),
    confidenceScores: scores.length === cited.length ? scores : undefined,
  });
}
