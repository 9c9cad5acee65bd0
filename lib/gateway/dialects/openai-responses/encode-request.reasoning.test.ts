import { describe, expect, it } from "vitest";
import type { Part, ReasoningRequest } from "#lib/gateway/conversation";
import { bodyOf, dialect, ofAssistant } from "./fixtures/conversation.ts";

describe("reasoning", () => {
  it.each([
    [
      { effort: "max", show: "concise" },
      { effort: "max", summary: "concise" },
    ],
    [{ effort: "low", budgetTokens: 30_000 }, { effort: "low" }],
    [{ budgetTokens: 0 }, { effort: "none" }],
    [{ budgetTokens: 1024 }, { effort: "minimal" }],
    [{ budgetTokens: 1025 }, { effort: "low" }],
    [{ budgetTokens: 4096 }, { effort: "low" }],
    [{ budgetTokens: 12_288 }, { effort: "medium" }],
    [{ budgetTokens: 12_289 }, { effort: "high" }],
    [{ budgetTokens: -1, show: "auto" }, { summary: "auto" }],
    [{ isAdaptive: true, show: "none" }, undefined],
  ] satisfies [ReasoningRequest, unknown][])("%j is asked for as %j", (reasoning, written) => {
    expect(bodyOf({ reasoning }).reasoning).toEqual(written);
  });

  it("proofs are asked for where the model reasons or has reasoned, and only there", () => {
    const proofs = ["reasoning.encrypted_content"];
    const signature = { origin: dialect, value: "E==" } as const;
    const thought: Part = { kind: "reasoning", form: "summary", text: "hm", signature };
    expect(bodyOf({ reasoning: { effort: "low" } }).include).toEqual(proofs);
    expect(bodyOf({ reasoning: { isAdaptive: true } }).include).toEqual(proofs);
    expect(bodyOf({ messages: [{ role: "assistant", parts: [thought] }] }).include).toEqual(proofs);
    expect(bodyOf({ reasoning: { effort: "none" } })).not.toHaveProperty("include");
    expect(bodyOf({})).not.toHaveProperty("include");
  });

  it("thoughts with our own proof go back without an id, for nothing is stored that it could name", () => {
    const signature = { origin: dialect, value: "E==", itemId: "rs_1" } as const;
    expect(
      ofAssistant(
        { kind: "reasoning", form: "summary", text: "hm", signature },
        { kind: "reasoning", form: "full", text: "all", signature },
        { kind: "reasoning", form: "full", text: "", isRedacted: true, signature },
      ),
    ).toEqual([
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "E==" },
      { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "all" }], encrypted_content: "E==" },
      { type: "reasoning", summary: [], encrypted_content: "E==" },
    ]);
  });
});
