import { describe, expect, it } from "vitest";
import type { Part } from "#lib/gateway/conversation";
import { hex, replyOf, write } from "./fixtures/reply.ts";

const outputOf = (...parts: readonly Part[]) => write(replyOf({ parts })).body.output;

describe("the output", () => {
  it("texts that follow each other are one message, named by its place", () => {
    const parts: readonly Part[] = [
      { kind: "text", text: "a" },
      { kind: "refusal", text: "b" },
      { kind: "tool-call", id: "call_1", name: "look", input: '{"n": 1}' },
      { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT", isCustom: true },
      { kind: "text", text: "c" },
    ];
    const text = (value: string) => ({ type: "output_text", text: value, annotations: [], logprobs: [] });
    expect(outputOf(...parts)).toEqual([
      {
        id: `msg_${hex}0`,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [text("a"), { type: "refusal", refusal: "b" }],
      },
      {
        id: `fc_${hex}1`,
        type: "function_call",
        status: "completed",
        call_id: "call_1",
        name: "look",
        arguments: '{"n": 1}',
      },
      {
        id: `ctc_${hex}2`,
        type: "custom_tool_call",
        status: "completed",
        call_id: "call_2",
        name: "sql",
        input: "SELECT",
      },
      { id: `msg_${hex}3`, type: "message", status: "completed", role: "assistant", content: [text("c")] },
    ]);
  });

  it("thoughts are items, their proofs marked with where they come from", () => {
    const own = { origin: "openai-responses", value: "E==", itemId: "rs_9" } as const;
    const foreign = { origin: "anthropic-messages", value: "A==" } as const;
    expect(
      outputOf(
        { kind: "reasoning", form: "summary", text: "a", signature: own },
        { kind: "reasoning", form: "full", text: "b", signature: foreign },
        { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: foreign },
        { kind: "reasoning", form: "full", text: "", signature: foreign },
      ),
    ).toEqual([
      { id: "rs_9", type: "reasoning", summary: [{ type: "summary_text", text: "a" }], encrypted_content: "E==" },
      {
        id: `rs_${hex}1`,
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "b" }],
        encrypted_content: "sy1.anthropic-messages..A==",
      },
      { id: `rs_${hex}2`, type: "reasoning", summary: [], encrypted_content: "sy1.anthropic-messages..A==" },
      {
        id: `rs_${hex}3`,
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "" }],
        encrypted_content: "sy1.anthropic-messages..A==",
      },
    ]);
  });

  it("a proof that sits on a text or on a call stands directly before it", () => {
    const signature = { origin: "gemini", value: "G==" } as const;
    expect(
      outputOf(
        { kind: "text", text: "a" },
        { kind: "text", text: "b", signature },
        { kind: "tool-call", id: "call_1", name: "look", input: "{}", signature },
      ),
    ).toMatchObject([
      { type: "message", content: [{ text: "a" }] },
      { id: `rs_${hex}1`, type: "reasoning", summary: [], encrypted_content: "sy1.gemini..G==" },
      { type: "message", content: [{ text: "b" }] },
      { id: `rs_${hex}3`, type: "reasoning", encrypted_content: "sy1.gemini..G==" },
      { type: "function_call" },
    ]);
  });

  it("citations are annotations with all fields their type requires", () => {
    const original = { dialect: "anthropic-messages", value: { type: "char_location" } } as const;
    const mine = { type: "file_path", file_id: "f", index: 1 };
    const citations = [
      { url: "https://a.example", title: "A", start: 2, end: 5, original },
      { url: "https://b.example", start: 2, original },
      { title: "a.pdf", citedText: "c", start: 7, original },
      { original: { dialect: "openai-responses", value: mine } as const },
    ];
    expect(outputOf({ kind: "text", text: "a", citations })).toMatchObject([
      {
        content: [
          {
            annotations: [
              { type: "url_citation", url: "https://a.example", title: "A", start_index: 2, end_index: 5 },
              { type: "url_citation", url: "https://b.example", title: "", start_index: 2, end_index: 2 },
              { type: "file_citation", file_id: "", filename: "a.pdf", index: 7 },
              mine,
            ],
          },
        ],
      },
    ]);
  });

  it("images are drawn ones, log-probabilities stand with the first text", () => {
    const media = { kind: "data", mediaType: "image/jpeg", base64: "AAAA" } as const;
    const logprobs = [{ token: "a", logprob: -1, bytes: null, top: [{ token: "b", logprob: -2, bytes: [98] }] }];
    const parts: readonly Part[] = [
      { kind: "image", media },
      { kind: "text", text: "a" },
      { kind: "text", text: "b" },
    ];
    const written = {
      token: "a",
      logprob: -1,
      bytes: [],
      top_logprobs: [{ token: "b", logprob: -2, bytes: [98] }],
    };
    expect(write(replyOf({ parts, logprobs })).body.output).toMatchObject([
      { id: `ig_${hex}0`, type: "image_generation_call", status: "completed", output_format: "jpeg", result: "AAAA" },
      { type: "message", content: [{ logprobs: [written] }, { logprobs: [] }] },
    ]);
  });
});

describe("losses", () => {
  it("further choices, sound, files, images by address and what other dialects alone have are lost", () => {
    const media = { kind: "url", url: "https://a.example/a" } as const;
    const parts: readonly Part[] = [
      { kind: "text", text: "a" },
      { kind: "audio", base64: "", format: "wav" },
      { kind: "file", media },
      { kind: "image", media },
      { kind: "foreign", dialect: "gemini", value: {} },
      { kind: "tool-result", callId: "1", content: [] },
    ];
    const reply = replyOf({ parts });
    const { losses, body } = write({ ...reply, choices: [...reply.choices, ...reply.choices] });
    expect(body.output).toMatchObject([{ type: "message" }]);
    expect(losses).toEqual([
      { field: "choices", weight: "meaning" },
      ...[1, 2, 3, 4, 5].map((at) => ({ field: `choices.0.parts.${at}`, weight: "meaning" })),
    ]);
  });
});
