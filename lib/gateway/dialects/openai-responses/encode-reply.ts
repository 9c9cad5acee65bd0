import type { JsonObject, Part, RefusalPart, Signature, TextPart } from "#lib/gateway/conversation";
import type { Encoded, Loss, ReplyContext } from "#lib/gateway/dialects/codec";
import type { Choice, Reply, TokenLogprob } from "#lib/gateway/reply";
import { writeCitation } from "./citations.ts";
import { writeFinish } from "./finish.ts";
import { mintId } from "./mint-id.ts";
import {
  callIdOf,
  callItem,
  type ItemStatus,
  messageItem,
  proofItem,
  reasoningIdOf,
  reasoningItem,
  refusalContent,
  textContent,
  wholeItem,
} from "./output-items.ts";
import { CHOICES_LOST, partLost } from "./reply-losses.ts";
import { responseObject } from "./response-object.ts";

const NOTHING: Choice = { index: 0, parts: [], finish: { kind: "stop" } };

/** Writes a whole answer. There is one choice in this dialect: further ones are lost. */
export function encodeReply(reply: Reply, context: ReplyContext): Encoded {
  const { choices, createdAtS = context.createdAtS, serviceTier, usage } = reply;
  const [choice = NOTHING] = choices;
  const { status, reason } = writeFinish(choice.finish);
  const output = outputOf(choice, context.requestId, status === "completed" ? "completed" : "incomplete");
  const body = responseObject({ createdAtS, serviceTier, status, reason, output, usage }, context);
  return { body, losses: lossesOfReply(reply) };
}

const lossesOfReply = ({ choices }: Reply): readonly Loss[] => [
  ...(choices.length > 1 ? [CHOICES_LOST] : []),
  ...(choices[0]?.parts ?? []).flatMap((part, at) => (isContent(part) || itemOf(part, "", 0) ? [] : [partLost(at)])),
];

/** Content joins with its neighbours to a message; an item stands alone and may turn out not to be one of ours. */
type Piece =
  | { readonly content: JsonObject }
  | { readonly itemAt: (index: number) => JsonObject | undefined; readonly content?: undefined };

function outputOf(choice: Choice, requestId: string, lastStatus: ItemStatus): readonly JsonObject[] {
  const output: JsonObject[] = [];
  let content: JsonObject[] = [];
  const closeMessage = (status: ItemStatus) => {
    if (content.length > 0) output.push(messageItem(mintId("msg", requestId, output.length), status, content));
    content = [];
  };
  for (const piece of piecesOf(choice, requestId)) {
    if (piece.content) content.push(piece.content);
    else {
      closeMessage("completed");
      const item = piece.itemAt(output.length);
      if (item) output.push(item);
    }
  }
  closeMessage(lastStatus);
  return output;
}

function piecesOf({ parts, logprobs = [] }: Choice, requestId: string): readonly Piece[] {
  // The choice's tokens are one list: they stand with its first text.
  const firstText = parts.findIndex(({ kind }) => kind === "text");
  return parts.flatMap((part, at): readonly Piece[] => {
    const proof = proofOn(part);
    const before: readonly Piece[] = proof
      ? [{ itemAt: (index) => proofItem(reasoningIdOf(proof, requestId, index), proof) }]
      : [];
    if (isContent(part)) return [...before, { content: contentOf(part, at === firstText ? logprobs : []) }];
    return [...before, { itemAt: (index) => itemOf(part, requestId, index) }];
  });
}

const isContent = (part: Part): part is TextPart | RefusalPart => part.kind === "text" || part.kind === "refusal";

const proofOn = (part: Part): Signature | undefined =>
  part.kind === "text" || part.kind === "tool-call" ? part.signature : undefined;

const contentOf = (part: TextPart | RefusalPart, tokens: readonly TokenLogprob[]): JsonObject =>
  part.kind === "refusal"
    ? refusalContent(part.text)
    : textContent(part.text, (part.citations ?? []).map(writeCitation), tokens);

function itemOf(part: Exclude<Part, TextPart | RefusalPart>, requestId: string, index: number): JsonObject | undefined {
  switch (part.kind) {
    case "reasoning":
      return reasoningItem(reasoningIdOf(part.signature, requestId, index), part);
    case "tool-call":
      return callItem(callIdOf(part, requestId, index), "completed", part);
    case "tool-result":
      return undefined;
    default:
      return wholeItem(part, requestId, index);
  }
}
