import type { JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext, ReplyContext } from "#lib/gateway/dialects/codec";
import { writeSignature } from "#lib/gateway/dialects/foreign-signature";
import { defined, textIn } from "#lib/gateway/dialects/read";
import type { Reply } from "#lib/gateway/reply";
import { DIALECT } from "./fields.ts";
import { argsIn, type PartWriting, rawArgs } from "./write-part.ts";

type Head = Required<Pick<Reply, "id" | "model" | "createdAtS">>;

/** Reads what every `GenerateContentResponse` says of itself. */
export function readHead(body: JsonObject, { requestId, createdAtS }: DecodeContext): Head {
  const created = Date.parse(textIn(body.createTime) ?? "");
  return {
    id: textIn(body.responseId) ?? requestId,
    model: textIn(body.modelVersion) ?? "",
    createdAtS: Number.isNaN(created) ? createdAtS : Math.floor(created / 1_000),
  };
}

/** Writes what every `GenerateContentResponse` says of itself; the caller sees the model's name of its own side. */
export const writeHead = ({ id, createdAtS }: Pick<Reply, "id" | "createdAtS">, { model }: ReplyContext): JsonObject =>
  defined({
    modelVersion: model,
    createTime: createdAtS === undefined ? undefined : timeOf(createdAtS),
    responseId: id,
  });

/** Gives nothing for what is no time: an upstream may name any number. */
function timeOf(unixS: number): string | undefined {
  const date = new Date(unixS * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Towards a caller every proof is written, marked where it is another's, so that it comes back with the next turn. */
export const REPLY_WRITING: PartWriting = {
  proofOf: (signature) => writeSignature(signature, DIALECT),
  argsOf: (call) => argsIn(call) ?? rawArgs(call),
  nameOf: () => undefined,
  holdsMedia: true,
};
