import type {
  AudioPart,
  FilePart,
  ForeignPart,
  ImagePart,
  JsonObject,
  ReasoningPart,
  Signature,
} from "#lib/gateway/conversation";
import { writeSignature } from "#lib/gateway/dialects/foreign-signature";
import { defined } from "#lib/gateway/dialects/read";
import type { PartOpening, TokenLogprob } from "#lib/gateway/reply";
import { generatedImageItem } from "./generated-image.ts";
import { writeLogprobs } from "./logprobs.ts";
import { mintId } from "./mint-id.ts";
import { OWN } from "./own.ts";
import { writeThoughts } from "./reasoning.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** A part that comes whole, also in a stream. */
export type WholePart = ImagePart | AudioPart | FilePart | ForeignPart;
export type CallOpening = Extract<PartOpening, { kind: "tool-call" }>;

/** Writes a message of the assistant. */
export const messageItem = (id: string, status: ItemStatus, content: readonly JsonObject[]): JsonObject => ({
  id,
  type: "message",
  status,
  role: "assistant",
  content,
});

/** Writes a text as the content of a message, with the lists that clients require. */
export const textContent = (
  text: string,
  annotations: readonly JsonObject[],
  tokens: readonly TokenLogprob[],
): JsonObject => ({ type: "output_text", text, annotations, logprobs: writeLogprobs(tokens) });

/** Writes a refusal as the content of a message. */
export const refusalContent = (refusal: string): JsonObject => ({ type: "refusal", refusal });

/** Writes a call of a function or of a custom tool. */
export const callItem = (
  id: string,
  status: ItemStatus,
  call: CallOpening & { readonly input: string },
): JsonObject => ({
  id,
  type: call.isCustom ? "custom_tool_call" : "function_call",
  status,
  call_id: call.id,
  name: call.name,
  ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
  [call.isCustom ? "input" : "arguments"]: call.input,
});

/** Writes thoughts with their proof, marked with where it comes from unless that is this dialect. */
export const reasoningItem = (id: string, part: Omit<ReasoningPart, "kind">): JsonObject =>
  defined({
    id,
    type: "reasoning",
    ...writeThoughts(part),
    encrypted_content: part.signature && writeSignature(part.signature, OWN),
  });

/** Writes a proof that sits on another part: alone, to stand before that part. */
export const proofItem = (id: string, signature: Signature): JsonObject =>
  reasoningItem(id, { form: "full", text: "", isRedacted: true, signature });

/** Names a reasoning item: as its origin named it, which its proof may depend on, else by its place. */
export const reasoningIdOf = (signature: Signature | undefined, requestId: string, index: number): string =>
  (signature?.origin === OWN ? signature.itemId : undefined) ?? mintId("rs", requestId, index);

/** Names a call's item by its place. */
export const callIdOf = ({ isCustom }: CallOpening, requestId: string, index: number): string =>
  mintId(isCustom ? "ctc" : "fc", requestId, index);

/** Writes a part that comes whole; nothing for sound, for files, and for what is of another dialect. */
export function wholeItem(part: WholePart, requestId: string, index: number): JsonObject | undefined {
  if (part.kind === "image") return generatedImageItem(part, mintId("ig", requestId, index));
  return part.kind === "foreign" && part.dialect === OWN ? part.value : undefined;
}
