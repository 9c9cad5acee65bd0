import type { JsonObject, Signature } from "#lib/gateway/conversation";
import type { PartCursor } from "./part-cursor.ts";
import { type ReasoningDetail, readFlatReasoning, readReasoningDetails, signatureOf } from "./reasoning.ts";

/** Thoughts that come as plain text, without an index. */
const FLAT = "reasoning";

/** Reads the thoughts in each delta of one choice. */
export function createThoughtReader(cursor: PartCursor): (delta: JsonObject) => void {
  const seen = new Set<string>();

  function begin(key: string, form: ReasoningDetail["form"]) {
    seen.add(key);
    cursor.start({ kind: "reasoning", form }, key);
  }

  function takeProof(key: string, { form }: ReasoningDetail, signature: Signature) {
    if (!cursor.isOpen(key) && !cursor.isOpen(FLAT)) {
      // OpenRouter may send a proof after the answer has begun, too late for thoughts that have ended.
      if (seen.has(key)) return;
      begin(key, form);
    }
    cursor.sign(signature);
  }

  function takeDetail(detail: ReasoningDetail) {
    const { form, isRedacted, text, index } = detail;
    const key = `${form}:${index ?? ""}`;
    const signature = signatureOf(detail);
    if (isRedacted) cursor.whole({ kind: "reasoning", form: "full", isRedacted, signature });
    if (text !== "" && !cursor.isOpen(key)) begin(key, form);
    if (text !== "") cursor.text(text);
    if (!isRedacted && signature !== undefined) takeProof(key, detail, signature);
  }

  return (delta) => {
    const details = readReasoningDetails(delta.reasoning_details);
    const flat = readFlatReasoning(delta);
    if (flat !== "" && details.every(({ text }) => text === "")) takeFlatThought(cursor, flat);
    for (const detail of details) takeDetail(detail);
  };
}

/** Takes thoughts that come as plain text. */
export function takeFlatThought(cursor: PartCursor, text: string): void {
  if (text === "") return;
  if (!cursor.isOpen(FLAT)) cursor.start({ kind: "reasoning", form: "full" }, FLAT);
  cursor.text(text);
}
