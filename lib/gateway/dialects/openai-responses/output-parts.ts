import type { ForeignPart, JsonObject, Part, TextPart, ToolCallPart } from "#lib/gateway/conversation";
import { textIn } from "#lib/gateway/dialects/read";
import type { TokenLogprob } from "#lib/gateway/reply";
import { readCitations } from "./citations.ts";
import { generatedImageOf } from "./generated-image.ts";
import { readLogprobs } from "./logprobs.ts";
import { mintId } from "./mint-id.ts";
import { objectsIn } from "./objects-in.ts";
import { OWN } from "./own.ts";
import { reasoningPartsOf } from "./reasoning.ts";

/** Where an item of the output stands, and in which answer. */
export type ItemPlace = { readonly requestId: string; readonly index: number };

/** Reads one item of an answer's output as its parts. What we do not know comes through as it is. */
export function partsOfItem(item: JsonObject, place: ItemPlace): readonly Part[] {
  switch (item.type) {
    case "message":
      return objectsIn(item.content).map((content) => contentPart(content, item));
    case "reasoning":
      return reasoningPartsOf(item);
    case "function_call":
      return [{ ...callOf(item, place), input: textIn(item.arguments) ?? "" }];
    case "custom_tool_call":
      return [{ ...callOf(item, place), input: textIn(item.input) ?? "" }];
    case "image_generation_call":
      return [generatedImageOf(item) ?? foreignPart(item)];
    default:
      return [foreignPart(item)];
  }
}

/** Reads the head of a tool call, whose input may follow. */
export function callOf(item: JsonObject, { requestId, index }: ItemPlace): Omit<ToolCallPart, "input"> {
  const id = textIn(item.call_id) ?? textIn(item.id) ?? mintId("call", requestId, index);
  const isCustom = item.type === "custom_tool_call";
  const namespace = textIn(item.namespace);
  return {
    kind: "tool-call",
    id,
    name: textIn(item.name) ?? "",
    ...(isCustom ? { isCustom } : {}),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function contentPart(content: JsonObject, item: JsonObject): Part {
  if (content.type === "output_text") return textPart(content);
  if (content.type === "refusal") return { kind: "refusal", text: textIn(content.refusal) ?? "" };
  // Alone in its message, so that it is a whole item when it goes back.
  return foreignPart({ ...item, content: [content] });
}

function textPart(content: JsonObject): TextPart {
  const citations = readCitations(content.annotations);
  return { kind: "text", text: textIn(content.text) ?? "", ...(citations.length === 0 ? {} : { citations }) };
}

const foreignPart = (value: JsonObject): ForeignPart => ({ kind: "foreign", dialect: OWN, value });

/** Reads the log-probabilities of all text in an answer's output. */
export const logprobsOf = (output: readonly JsonObject[]): readonly TokenLogprob[] =>
  output.flatMap((item) => objectsIn(item.content).flatMap(({ logprobs }) => readLogprobs(logprobs)));
