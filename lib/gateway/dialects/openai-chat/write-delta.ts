import type { JsonObject } from "#lib/gateway/conversation";
import type { PartOpening } from "#lib/gateway/reply";
import { imageOf, writeMediaUrl } from "./media.ts";
import { type Thought, writeReasoningDetail } from "./reasoning.ts";
import { writeAudio } from "./write-audio.ts";
import { writeToolCall } from "./write-tool-call.ts";

/** A part's index among the tool calls or the thoughts, and whether the caller knows `function_call` only. */
export type Slot = { readonly slot: number; readonly isLegacy: boolean };

/** Writes how a part begins: an empty object where nothing is to be said yet, nothing where the dialect has no such part. */
export function openingOf(of: PartOpening, { slot, isLegacy }: Slot): JsonObject | undefined {
  switch (of.kind) {
    case "text":
    case "refusal":
      return {};
    case "reasoning":
      return of.signature === undefined ? {} : detailOf(of, "", slot);
    case "tool-call": {
      const call = writeToolCall({ ...of, input: "" });
      return isLegacy ? { function_call: call.function } : { tool_calls: [{ index: slot, ...call }] };
    }
    case "image": {
      const url = writeMediaUrl(of.media);
      return url === undefined ? undefined : { images: [imageOf(url)] };
    }
    case "audio":
      return { audio: writeAudio(of) };
    case "foreign":
      return of.dialect === "openai-chat" ? { content: [of.value] } : undefined;
    case "file":
      return undefined;
  }
}

/** Writes a piece of a part. */
export function growthOf(of: PartOpening, text: string, { slot, isLegacy }: Slot): JsonObject | undefined {
  switch (of.kind) {
    case "text":
      return { content: text };
    case "refusal":
      return { refusal: text };
    case "reasoning":
      // Plain for those who know nothing else, and as an entry, to which a proof may still come.
      return { reasoning_content: text, ...detailOf({ form: of.form }, text, slot) };
    case "tool-call":
      if (isLegacy) return { function_call: { arguments: text } };
      return {
        tool_calls: [
          { index: slot, ...(of.isCustom ? { custom: { input: text } } : { function: { arguments: text } }) },
        ],
      };
    default:
      return undefined;
  }
}

/** Writes a piece of a thought, or the proof of one. */
export const detailOf = (thought: Omit<Thought, "text">, text: string, slot: number): JsonObject => ({
  reasoning_details: [writeReasoningDetail({ ...thought, text }, slot)],
});
