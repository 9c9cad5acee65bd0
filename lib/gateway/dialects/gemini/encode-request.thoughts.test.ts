import { describe, expect, test } from "vitest";
import type { Part, Signature } from "#lib/gateway/conversation";
import { bodyOf, call, contentsOf, GEMINI_3, hello, lossesOf, result, turn } from "./fixtures/conversation.ts";
import { TARGET } from "./fixtures/exchange.ts";

const proof: Signature = { origin: "gemini", value: "cHJvb2Y=" };
const foreignProof: Signature = { origin: "anthropic-messages", value: "c2ln" };

describe("thoughts and proofs", () => {
  const thought = (signature?: Signature): Part => ({
    kind: "reasoning",
    form: "full",
    text: "Hm.",
    ...(signature ? { signature } : {}),
  });
  const bare = (signature: Signature): Part => ({
    kind: "reasoning",
    form: "full",
    text: "",
    isRedacted: true,
    signature,
  });
  const partsOf = (...parts: readonly Part[]) => contentsOf([turn("assistant", ...parts)]);

  test("Gemini's own thoughts go back; those of another model are left out without harm", () => {
    expect(partsOf(thought(proof), thought())).toStrictEqual([
      {
        role: "model",
        parts: [
          { thought: true, text: "Hm.", thoughtSignature: "cHJvb2Y=" },
          { thought: true, text: "Hm." },
        ],
      },
    ]);
    const messages = [turn("assistant", thought(foreignProof), bare(foreignProof), { kind: "text", text: "Yes" })];
    expect(contentsOf(messages)).toStrictEqual([{ role: "model", parts: [{ text: "Yes" }] }]);
    expect(lossesOf({ messages })).toStrictEqual(["harmless messages.0.parts.0", "harmless messages.0.parts.1"]);
  });

  test("a proof that another dialect carried as a thought goes back onto its text or call", () => {
    expect(partsOf(bare(proof), { kind: "text", text: "Yes" }, bare(proof), call("a"))).toStrictEqual([
      {
        role: "model",
        parts: [
          { text: "Yes", thoughtSignature: "cHJvb2Y=" },
          { functionCall: { id: "a", name: "tool_a", args: {} }, thoughtSignature: "cHJvb2Y=" },
        ],
      },
    ]);
  });

  test("a proof without such a part stands alone", () => {
    const signed = call("a", { signature: { origin: "gemini", value: "own" } });
    expect(partsOf(bare(proof), signed, bare(proof))).toStrictEqual([
      {
        role: "model",
        parts: [
          { text: "", thoughtSignature: "cHJvb2Y=" },
          { functionCall: { id: "a", name: "tool_a", args: {} }, thoughtSignature: "own" },
          { text: "", thoughtSignature: "cHJvb2Y=" },
        ],
      },
    ]);
  });

  test("another dialect's proof on a text is left out without harm", () => {
    const messages = [turn("assistant", { kind: "text", text: "Yes", signature: foreignProof })];
    expect(contentsOf(messages)).toStrictEqual([{ role: "model", parts: [{ text: "Yes" }] }]);
    expect(lossesOf({ messages })).toStrictEqual(["harmless messages.0.parts.0.signature"]);
  });

  test("Gemini 3 gets the documented escape on the first unsigned call of each step of the current turn only", () => {
    const signaturesOf = (target = GEMINI_3) => {
      const { contents } = bodyOf(
        {
          messages: [
            hello,
            turn("assistant", call("old")),
            turn("tool", result("old")),
            hello,
            turn("assistant", { kind: "text", text: "Let me see." }, call("a"), call("b")),
            turn("tool", result("a"), result("b")),
            turn("assistant", call("c", { signature: proof })),
            turn("tool", result("c")),
            turn("assistant", call("d")),
            turn("tool", result("d")),
          ],
        },
        target,
      );
      return [
        ...JSON.stringify(contents).matchAll(/"id":"(\w+)"[^{]*?"args":\{\}\}(?:,"thoughtSignature":"([^"]+)")?/g),
      ].map(([, id, signature]) => `${id} ${signature ?? "-"}`);
    };
    const skipped = "skip_thought_signature_validator";
    expect(signaturesOf()).toStrictEqual(["old -", `a ${skipped}`, "b -", "c cHJvb2Y=", `d ${skipped}`]);
    expect(signaturesOf(TARGET)).toStrictEqual(["old -", "a -", "b -", "c cHJvb2Y=", "d -"]);
  });
});
