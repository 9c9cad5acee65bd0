import type { JsonObject, ReasoningPart, Signature } from "#lib/gateway/conversation";
import { readSignature, writeSignature } from "../foreign-signature.ts";
import { countIn, defined, listIn, objectIn, textIn } from "../read.ts";

const DIALECT = "openai-chat";

/** One entry of `reasoning_details`, as OpenRouter names them; streamed, one thought is many entries of one index. */
export type ReasoningDetail = {
  readonly form: ReasoningPart["form"];
  readonly isRedacted: boolean;
  readonly text: string;
  readonly proof: string;
  readonly id: string | undefined;
  readonly index: number | undefined;
};

/** Reads `reasoning_details`; an entry that holds neither thoughts nor a proof is not there. */
export const readReasoningDetails = (raw: unknown): readonly ReasoningDetail[] =>
  listIn(raw).flatMap((value) => {
    const detail = readDetail(objectIn(value) ?? {});
    return detail.text === "" && detail.proof === "" ? [] : [detail];
  });

function readDetail(value: JsonObject): ReasoningDetail {
  const isRedacted = value.type === "reasoning.encrypted";
  const isSummary = value.type === "reasoning.summary";
  const text = textIn(isSummary ? value.summary : value.text) ?? "";
  return {
    form: isSummary ? "summary" : "full",
    isRedacted,
    text: isRedacted ? "" : text,
    proof: textIn(isRedacted ? value.data : value.signature) ?? "",
    id: textIn(value.id),
    index: countIn(value.index),
  };
}

/** Gives the proof of an entry, if it has one. */
export function signatureOf({ proof, id }: ReasoningDetail): Signature | undefined {
  if (proof === "") return undefined;
  const signature = readSignature(proof, DIALECT);
  return signature.origin === DIALECT && id !== undefined ? { ...signature, itemId: id } : signature;
}

/**
 * Reads the thoughts of a whole message. The entries of `reasoning_details` count; `reasoning_content` (`reasoning` at
 * OpenRouter) says the same again, unless the entries are proofs only: then it holds the text of the first.
 */
export function readReasoning(message: JsonObject): readonly ReasoningPart[] {
  const details = joinFragments(readReasoningDetails(message.reasoning_details));
  const flat = readFlatReasoning(message);
  if (flat === "" || details.some(({ text }) => text !== "")) return details.map(partOf);
  const signed = details.find(({ isRedacted }) => !isRedacted);
  const thought: ReasoningPart = { kind: "reasoning", form: signed?.form ?? "full", text: flat };
  const first = signed === undefined ? thought : { ...thought, signature: signatureOf(signed) };
  return [first, ...details.filter((detail) => detail !== signed).map(partOf)];
}

/** Gives the thoughts of a message or a delta that come as plain text. */
export const readFlatReasoning = (message: JsonObject): string =>
  textIn(message.reasoning_content) || textIn(message.reasoning) || "";

/** A caller that keeps the entries of a stream as they came gives the pieces back: they are put together again. */
function joinFragments(details: readonly ReasoningDetail[]): readonly ReasoningDetail[] {
  const joined: ReasoningDetail[] = [];
  for (const detail of details) {
    const last = joined.at(-1);
    if (last === undefined || !isContinuedBy(last, detail)) joined.push(detail);
    else joined[joined.length - 1] = join(last, detail);
  }
  return joined;
}

const isContinuedBy = (detail: ReasoningDetail, next: ReasoningDetail) =>
  next.index !== undefined &&
  next.index === detail.index &&
  next.form === detail.form &&
  next.isRedacted === detail.isRedacted;

const join = (detail: ReasoningDetail, next: ReasoningDetail): ReasoningDetail => ({
  ...detail,
  text: detail.text + next.text,
  proof: detail.isRedacted ? detail.proof + next.proof : next.proof || detail.proof,
  id: detail.id ?? next.id,
});

function partOf(detail: ReasoningDetail): ReasoningPart {
  const { form, text, isRedacted } = detail;
  const signature = signatureOf(detail);
  return {
    kind: "reasoning",
    form,
    text,
    ...(isRedacted ? { isRedacted } : {}),
    ...(signature === undefined ? {} : { signature }),
  };
}

export type Thought = Pick<ReasoningPart, "form" | "isRedacted" | "signature"> & { readonly text: string };

/** Writes one entry of `reasoning_details`: a whole thought, or a piece of one. */
export function writeReasoningDetail({ form, isRedacted, signature, text }: Thought, index: number): JsonObject {
  const proof = signature && writeSignature(signature, DIALECT);
  const id = signature?.origin === DIALECT ? signature.itemId : undefined;
  if (isRedacted) return defined({ type: "reasoning.encrypted", data: proof, id, index });
  if (form === "summary") return defined({ type: "reasoning.summary", summary: text, signature: proof, id, index });
  return defined({ type: "reasoning.text", text, signature: proof, id, index });
}

/** Writes the thoughts of a whole message: as plain text, and as entries wherever the text alone would not say it all. */
export function writeReasoning(thoughts: readonly Thought[]): JsonObject {
  const text = thoughts.map((thought) => thought.text).join("");
  const [only] = thoughts;
  const isPlain = thoughts.length === 1 && only?.form === "full" && !only.isRedacted && !only.signature;
  return defined({
    reasoning_content: text === "" ? undefined : text,
    reasoning_details: thoughts.length === 0 || isPlain ? undefined : thoughts.map(writeReasoningDetail),
  });
}
