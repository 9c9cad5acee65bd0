import type { Usage } from "#lib/base/request-record";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { UpstreamOperation } from "#lib/gateway/providers/provider";
import type { Encoded, Loss } from "../codec.ts";

/** A text to be made a vector of, or what only the caller's own dialect can say (tokens, images), by the field it stands in. */
export type EmbeddingInput =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "foreign"; readonly field: string };

/** What the dialects have in common when vectors are asked for. */
export type EmbeddingRequest = {
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions?: number;
  /** What the caller's dialect says and the others have no word for. */
  readonly losses: readonly Loss[];
};

export type EmbeddingReply = {
  /** In the order of the inputs; one that cannot be read is empty. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage | undefined;
};

/** Whether one input or a list of them was asked for, where these are two operations (Gemini). */
export type Asked = { readonly isBatch: boolean };

export type EmbeddingContext = Asked & {
  /** The model name the caller is shown. */
  readonly model: string;
};

/** What is given to a caller: each vector in the form it asked for. */
export type EmbeddingAnswer = Pick<EmbeddingReply, "usage"> & { readonly vectors: readonly Json[] };

/** How a dialect asks for vectors and gives them, on either side. */
export type EmbeddingCodec = {
  /** What an upstream of this dialect is asked. */
  readonly operation: UpstreamOperation;
  /** Reads a caller's request. Throws `invalid_field` or `missing_field` with the path of the field. */
  readonly decodeRequest: (body: JsonObject, asked: Asked) => EmbeddingRequest;
  readonly encodeRequest: (request: EmbeddingRequest, upstreamModel: string) => Encoded;
  /** The member of a reply that holds its vectors, each in an object. */
  readonly list: string;
  /** Reads a reply, or what of it is there: one with a vector in its list, or with none. */
  readonly decodeReply: (body: JsonObject) => EmbeddingReply;
  readonly encodeReply: (answer: EmbeddingAnswer, context: EmbeddingContext) => JsonObject;
};

/** Gives the texts of a request, and what of it is none. */
export function textsIn({ inputs }: EmbeddingRequest): {
  readonly texts: readonly string[];
  readonly losses: readonly Loss[];
} {
  return {
    texts: inputs.flatMap((input) => (input.kind === "text" ? [input.text] : [])),
    losses: inputs.flatMap((input) => (input.kind === "text" ? [] : [{ field: input.field, weight: "meaning" }])),
  };
}
