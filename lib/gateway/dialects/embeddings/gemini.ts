import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { Loss } from "../codec.ts";
import { camelCased, itemsOf, unread } from "../gemini/fields.ts";
import { readUsage } from "../gemini/read-usage.ts";
import { resourceNameOf } from "../gemini/resource-name.ts";
import { defined, invalid, listIn, objectIn, optional, requireList, requireNumber, requireObject } from "../read.ts";
import { type EmbeddingCodec, type EmbeddingInput, textsIn } from "./embedding.ts";
import { vectorIn } from "./vector-text.ts";

/** Gemini's `embedContent` and `batchEmbedContents`; an upstream is always asked by the batch. */
export const geminiEmbeddings: EmbeddingCodec = {
  operation: "batch-embed-contents",
  decodeRequest(body, { isBatch }) {
    const requests = isBatch
      ? requireList(body.requests, "requests").map((raw, at) => readRequest(raw, `requests.${at}.`))
      : [readRequest(body, "")];
    const { dimensions, losses } = commonDimensions(requests);
    const others = isBatch ? lossesOf(unread(body, BATCH), "") : [];
    return {
      inputs: requests.map(({ input }) => input),
      dimensions,
      losses: [...requests.flatMap((request) => request.losses), ...others, ...losses],
    };
  },
  encodeRequest: (request, upstreamModel) => {
    const { texts, losses } = textsIn(request);
    const model = resourceNameOf(upstreamModel);
    const requests = texts.map((text) =>
      defined({ model, content: { parts: [{ text }] }, outputDimensionality: request.dimensions }),
    );
    return { body: { requests }, losses };
  },
  list: "embeddings",
  decodeReply: ({ embeddings, usageMetadata }) => ({
    vectors: listIn(embeddings).map(valuesIn),
    usage: readUsage(usageMetadata),
  }),
  encodeReply: ({ vectors, usage }, { isBatch }) =>
    defined({
      ...(isBatch ? { embeddings: vectors.map(embeddingOf) } : { embedding: embeddingOf(vectors[0] ?? []) }),
      usageMetadata: usage && !usage.isEstimated ? { promptTokenCount: usage.inputTokens } : undefined,
    }),
};

const embeddingOf = (values: Json): JsonObject => ({ values });

const valuesIn = (raw: Json): readonly number[] => vectorIn(objectIn(raw)?.values);

type Read = {
  readonly input: EmbeddingInput;
  readonly dimensions: number | undefined;
  /** Where the dimensions were asked for. */
  readonly path: string;
  readonly losses: readonly Loss[];
};

const BATCH: ReadonlySet<string> = new Set(["requests", "model"]);
const CARRIED: ReadonlySet<string> = new Set(["model", "content", "outputDimensionality", "embedContentConfig"]);
/** What a vector is for tells only Google's models anything; how sound and documents are read matters to no text. */
const HARMLESS: ReadonlySet<string> = new Set([
  "taskType",
  "title",
  "autoTruncate",
  "documentOcr",
  "audioTrackExtraction",
]);

/** Reads one request, in camelCase or snake_case; its settings may stand in a config of their own. */
function readRequest(raw: Json, prefix: string): Read {
  const named = camelCased(requireObject(raw, prefix.slice(0, -1)));
  const config = optional(named.embedContentConfig, `${prefix}embedContentConfig`, requireObject);
  const fields = { ...camelCased(config ?? {}), ...named };
  const path = `${prefix}outputDimensionality`;
  return {
    input: readContent(fields.content, `${prefix}content`),
    dimensions: optional(fields.outputDimensionality, path, requireNumber),
    path,
    losses: lossesOf(unread(fields, CARRIED), prefix),
  };
}

/** What may be left out is named alike in every request of a batch, and so reported once. */
const lossesOf = (fields: JsonObject, prefix: string): readonly Loss[] =>
  Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name]) =>
      HARMLESS.has(name) ? { field: name, weight: "harmless" } : { field: prefix + name, weight: "meaning" },
    );

/** All parts of a content make one vector. */
function readContent(raw: Json | undefined, path: string): EmbeddingInput {
  const parts = itemsOf(camelCased(requireObject(raw, path)).parts);
  if (parts.length === 0) throw invalid(`${path}.parts`, "must have at least one element.");
  const texts: string[] = [];
  for (const [at, part] of parts.entries()) {
    const fields = camelCased(requireObject(part, `${path}.parts.${at}`));
    if (typeof fields.text !== "string")
      return { kind: "foreign", field: `${path}.parts.${at}.${Object.keys(fields)[0] ?? "text"}` };
    texts.push(fields.text);
  }
  const text = texts.join("\n");
  if (text === "") throw invalid(`${path}.parts`, "must hold a text.");
  return { kind: "text", text };
}

/** Vectors of one call have one length elsewhere. */
function commonDimensions(requests: readonly Read[]): {
  readonly dimensions: number | undefined;
  readonly losses: readonly Loss[];
} {
  const dimensions = requests[0]?.dimensions;
  const other = requests.find((request) => request.dimensions !== dimensions);
  return { dimensions, losses: other ? [{ field: other.path, weight: "meaning" }] : [] };
}
