import type { Json, JsonObject, Part, Signature, ToolCallPart } from "#lib/gateway/conversation";
import { defined, objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { DIALECT, withExtras } from "./fields.ts";
import { writeAudio, writeMedia } from "./media.ts";
import { writeToolResult } from "./tool-result.ts";

/** What differs between a request to an upstream and an answer to a caller. */
export type PartWriting = {
  /** Gives a proof as it is to be written, or nothing where the reader has no use for it. */
  readonly proofOf: (signature: Signature) => string | undefined;
  readonly argsOf: (call: ToolCallPart) => Json;
  readonly nameOf: (callId: string) => string | undefined;
  readonly holdsMedia: boolean;
};

/** Writes one part; usually as one, as none where it cannot be said. */
export function writePart(part: Part, writing: PartWriting): readonly JsonObject[] {
  if (part.kind === "foreign") return part.dialect === DIALECT ? [part.value] : [];
  if (part.kind === "tool-result") {
    const name = part.name ?? writing.nameOf(part.callId) ?? part.callId;
    return writeToolResult(part, { name, holdsMedia: writing.holdsMedia });
  }
  const written = writeOne(part, writing);
  return written === undefined ? [] : [withExtras(written, part.extras)];
}

type OnePart = Exclude<Part, { kind: "foreign" | "tool-result" }>;

function writeOne(part: OnePart, writing: PartWriting): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return defined({ text: part.text, thoughtSignature: part.signature && writing.proofOf(part.signature) });
    case "refusal":
      return { text: part.text };
    case "reasoning": {
      const thoughtSignature = part.signature && writing.proofOf(part.signature);
      // Thoughts of another model mean nothing to this one without a proof it can check.
      if (part.signature && thoughtSignature === undefined) return undefined;
      return defined({ thought: true, text: part.text, thoughtSignature });
    }
    case "image":
    case "file":
      return writeMedia(part.media);
    case "audio":
      return writeAudio(part);
    case "tool-call":
      return defined({
        functionCall: { id: part.id, name: part.name, args: writing.argsOf(part) },
        thoughtSignature: part.signature && writing.proofOf(part.signature),
      });
  }
}

/** Gives a tool's input as the object Gemini wants, or nothing where it is none. */
export function argsIn({ input, isCustom }: ToolCallPart): Json | undefined {
  if (isCustom) return undefined;
  if (input.trim() === "") return {};
  try {
    const parsed = parseExact(input);
    return parsed === null ? {} : objectIn(parsed);
  } catch {
    return undefined;
  }
}

/** Wraps an input that is no object. It comes back wrapped: that is an object every dialect takes. */
export const rawArgs = ({ input }: ToolCallPart): Json => ({ _raw: input });
