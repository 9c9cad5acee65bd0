import type { Json } from "#lib/gateway/conversation";
import type { Loss } from "../codec.ts";
import { readInputUsage } from "../openai-chat/usage.ts";
import { defined, listIn, objectIn, optional, requireNumber, textIn } from "../read.ts";
import { type EmbeddingCodec, type EmbeddingInput, textsIn } from "./embedding.ts";
import { fromBase64, vectorIn } from "./vector-text.ts";

/** OpenAI's `POST /v1/embeddings`, which its imitators have too. */
export const openAiEmbeddings: EmbeddingCodec = {
  operation: "embeddings",
  decodeRequest: (body) => ({
    inputs: inputsIn(body.input),
    dimensions: optional(body.dimensions, "dimensions", requireNumber),
    losses: Object.entries(body)
      .filter(([name, value]) => !CARRIED.has(name) && value !== undefined && value !== null)
      .map(([name]): Loss => ({ field: name, weight: name === "user" ? "harmless" : "meaning" })),
  }),
  encodeRequest: (request, upstreamModel) => {
    const { texts, losses } = textsIn(request);
    const input = texts.length === 1 ? texts[0] : texts;
    return { body: defined({ model: upstreamModel, input, dimensions: request.dimensions }), losses };
  },
  list: "data",
  decodeReply: ({ data, usage }) => ({ vectors: listIn(data).map(embeddingIn), usage: readInputUsage(usage) }),
  encodeReply: ({ vectors, usage }, { model }) => ({
    object: "list",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    model,
    usage: { prompt_tokens: usage?.inputTokens ?? 0, total_tokens: usage?.inputTokens ?? 0 },
  }),
};

/** The form of the vectors is the gateway's to see to. */
const CARRIED: ReadonlySet<string> = new Set(["model", "input", "dimensions", "encoding_format"]);

/** The endpoint has seen to it that these are texts, tokens or lists of tokens. */
function inputsIn(input: Json | undefined): readonly EmbeddingInput[] {
  if (typeof input === "string") return [{ kind: "text", text: input }];
  const items = listIn(input);
  if (typeof items[0] !== "string") return [{ kind: "foreign", field: "input" }];
  return items.map((item) => ({ kind: "text", text: textIn(item) ?? "" }));
}

function embeddingIn(item: Json): readonly number[] {
  const embedding = objectIn(item)?.embedding;
  const text = textIn(embedding);
  return text === undefined ? vectorIn(embedding) : fromBase64(text);
}
