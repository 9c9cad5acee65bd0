import type { Citation, JsonObject, Signature } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { writeSignature } from "#lib/gateway/dialects/foreign-signature";
import { objectIn } from "#lib/gateway/dialects/read";
import type { PartOpening } from "#lib/gateway/reply";
import type { BlockFrames } from "./block-frames.ts";
import { writeCitation } from "./citations.ts";
import { OWN } from "./extras.ts";
import { harmless, meaning } from "./loss.ts";
import { isProofOnly, redactedBlock } from "./write-reply-part.ts";

/** Writes one streamed part as frames. */
export type PartWriter = {
  readonly start: () => string;
  readonly delta: (text: string) => string;
  readonly sign: (signature: Signature) => string;
  readonly cite: (citation: Citation) => string;
  readonly end: () => string;
  /** A proof that came when it could no longer stand before its text. */
  readonly lateProof: () => Signature | undefined;
};

/** Where a part is written, under which canonical path, and who is told what cannot be said. */
export type Desk = { readonly frames: BlockFrames; readonly path: string; readonly lose: (loss: Loss) => void };

export function createPartWriter(of: PartOpening, desk: Desk): PartWriter {
  switch (of.kind) {
    case "text":
    case "refusal":
      return createTextWriter(desk);
    case "reasoning":
      return createThinkingWriter(of, desk);
    case "tool-call":
      return createCallWriter(of, desk);
    case "foreign":
      return of.dialect === OWN ? { ...SILENT, start: () => writeForeign(of.value, desk) } : createLostWriter(desk);
    case "image":
    case "audio":
    case "file":
      return createLostWriter(desk);
  }
}

const silence = () => "";
const SILENT: PartWriter = {
  start: silence,
  delta: silence,
  sign: silence,
  cite: silence,
  end: silence,
  lateProof: () => undefined,
};

const createLostWriter = ({ path, lose }: Desk): PartWriter => ({
  ...SILENT,
  start() {
    lose(meaning(path));
    return "";
  },
});

/** A block begins with its first word: one without any is not written, and a proof that comes first stands before it. */
function createTextWriter({ frames, path, lose }: Desk): PartWriter {
  let isOpen = false;
  let late: Signature | undefined;
  const open = () => {
    const started = isOpen ? "" : frames.start({ type: "text", text: "" });
    isOpen = true;
    return started;
  };
  return {
    ...SILENT,
    delta: (text) => (text === "" ? "" : open() + frames.delta({ type: "text_delta", text })),
    sign(signature) {
      if (!isOpen) return frames.whole(redactedBlock(signature));
      late = signature;
      return "";
    },
    cite(original) {
      const citation = writeCitation(original);
      if (citation) return open() + frames.delta({ type: "citations_delta", citation });
      lose(harmless(`${path}.citations`));
      return "";
    },
    end: () => (isOpen ? frames.stop() : ""),
    lateProof: () => late,
  };
}

const NO_THOUGHTS: JsonObject = { type: "thinking", thinking: "", signature: "" };

/** Thoughts open their block with the first one; a proof alone has its own kind of block, known only at the end. */
function createThinkingWriter(of: Extract<PartOpening, { kind: "reasoning" }>, { frames }: Desk): PartWriter {
  let isOpen = false;
  let signature = of.signature;
  const proofs = () =>
    signature ? [{ type: "signature_delta", signature: writeSignature(signature, OWN) } satisfies JsonObject] : [];
  return {
    ...SILENT,
    delta(text) {
      if (text === "") return "";
      const started = isOpen ? "" : frames.start(NO_THOUGHTS);
      isOpen = true;
      return started + frames.delta({ type: "thinking_delta", thinking: text });
    },
    sign(proof) {
      signature = proof;
      return "";
    },
    end() {
      if (isOpen) return [...proofs().map(frames.delta), frames.stop()].join("");
      if (signature === undefined) return "";
      const isBare = isProofOnly({ signature, isRedacted: of.isRedacted });
      return isBare ? frames.whole(redactedBlock(signature)) : frames.whole(NO_THOUGHTS, ...proofs());
    },
  };
}

/** Free text stands in an object, as in a whole answer (`rawInput`). */
const [RAW_OPEN, RAW_CLOSE] = ['{"_raw":"', '"}'];

function createCallWriter(
  { id, name, signature, isCustom = false }: Extract<PartOpening, { kind: "tool-call" }>,
  { frames, path, lose }: Desk,
): PartWriter {
  const input = (partial_json: string) => frames.delta({ type: "input_json_delta", partial_json });
  return {
    ...SILENT,
    start() {
      const proof = signature ? frames.whole(redactedBlock(signature)) : "";
      return proof + frames.start({ type: "tool_use", id, name, input: {} }) + (isCustom ? input(RAW_OPEN) : "");
    },
    delta: (text) => (text === "" ? "" : input(isCustom ? JSON.stringify(text).slice(1, -1) : text)),
    sign() {
      lose(harmless(`${path}.signature`));
      return "";
    },
    end: () => (isCustom ? input(RAW_CLOSE) : "") + frames.stop(),
  };
}

/** Clients take the input of a call from its deltas, never from the block as it begins. */
function writeForeign(value: JsonObject, { frames }: Desk): string {
  const input = objectIn(value.input);
  if (input === undefined) return frames.whole(value);
  return frames.whole({ ...value, input: {} }, { type: "input_json_delta", partial_json: JSON.stringify(input) });
}
