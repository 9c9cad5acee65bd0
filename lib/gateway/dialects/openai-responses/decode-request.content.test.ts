import { describe, expect, it } from "vitest";
import type { Json } from "#lib/gateway/conversation";
import { dialect, messagesOf } from "./fixtures/request.ts";

const ofUser = (...content: readonly Json[]) => messagesOf({ role: "user", content })[0]?.parts;

describe("content", () => {
  it("images are data, addresses or stored files", () => {
    const image = (media: object, more = {}) => ({ kind: "image", media, ...more });
    expect(
      ofUser(
        { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "low" },
        { type: "input_image", image_url: "https://example.com/a.png" },
        { type: "input_image", file_id: "file-1" },
        { type: "input_image", image_url: "data:image/svg+xml,<svg/>" },
      ),
    ).toEqual([
      image({ kind: "data", mediaType: "image/png", base64: "AAAA" }, { detail: "low" }),
      image({ kind: "url", url: "https://example.com/a.png" }),
      image({ kind: "stored", id: "file-1", origin: dialect }),
      image({ kind: "url", url: "data:image/svg+xml,<svg/>" }),
    ]);
  });

  it("files are data, addresses or stored files", () => {
    const file = (media: object, more = {}) => ({ kind: "file", media, ...more });
    expect(
      ofUser(
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" },
        { type: "input_file", file_data: "JVBERi0x" },
        { type: "input_file", file_data: "AAAA" },
        { type: "input_file", file_url: "https://example.com/a.pdf" },
        { type: "input_file", file_id: "file-1" },
      ),
    ).toEqual([
      file({ kind: "data", mediaType: "application/pdf", base64: "AAAA" }, { filename: "a.pdf" }),
      file({ kind: "data", mediaType: "application/pdf", base64: "JVBERi0x" }),
      file({ kind: "data", mediaType: "application/octet-stream", base64: "AAAA" }),
      file({ kind: "url", url: "https://example.com/a.pdf" }),
      file({ kind: "stored", id: "file-1", origin: dialect }),
    ]);
  });

  it("sound, refusals and citations have their parts", () => {
    const annotation = { type: "url_citation", url: "https://a.example", title: "A", start_index: 1, end_index: 4 };
    expect(ofUser({ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } })).toEqual([
      { kind: "audio", base64: "AAAA", format: "wav" },
    ]);
    const content = [
      { type: "output_text", text: "see A", annotations: [annotation], logprobs: [] },
      { type: "refusal", refusal: "no" },
    ];
    expect(messagesOf({ role: "assistant", content })[0]?.parts).toEqual([
      {
        kind: "text",
        text: "see A",
        citations: [
          { url: "https://a.example", title: "A", start: 1, end: 4, original: { dialect, value: annotation } },
        ],
      },
      { kind: "refusal", text: "no" },
    ]);
  });

  it("a cache breakpoint is a hint, and stays as it was for its own dialect", () => {
    const mark = { mode: "explicit", ttl: "12h" };
    expect(ofUser({ type: "input_text", text: "a", prompt_cache_breakpoint: mark, odd: null })).toEqual([
      { kind: "text", text: "a", cacheHint: {}, extras: { dialect, fields: { prompt_cache_breakpoint: mark } } },
    ]);
  });

  it("parts of a user that we do not know come through as they are", () => {
    const value = { type: "input_hologram", depth: 3 };
    expect(ofUser(value)).toEqual([{ kind: "foreign", dialect, value }]);
  });

  it("what a tool gave back may hold images and files", () => {
    const output = [
      { type: "input_text", text: "see" },
      { type: "input_image", image_url: "data:image/png;base64,AAAA" },
      { type: "input_file", file_id: "file-1" },
    ];
    const [message] = messagesOf({ type: "function_call_output", call_id: "call_1", output, name: "look" });
    expect(message?.parts).toEqual([
      {
        kind: "tool-result",
        callId: "call_1",
        name: "look",
        content: [
          { kind: "text", text: "see" },
          { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
          { kind: "file", media: { kind: "stored", id: "file-1", origin: dialect } },
        ],
      },
    ]);
    expect(messagesOf({ type: "function_call_output", call_id: "call_1", output: "" })[0]?.parts).toEqual([
      { kind: "tool-result", callId: "call_1", content: [] },
    ]);
  });

  it("an image that the model has drawn is an image of the assistant", () => {
    const item = {
      type: "image_generation_call",
      id: "ig_1",
      status: "completed",
      result: "AAAA",
      output_format: "webp",
    };
    expect(messagesOf(item)[0]?.parts).toEqual([
      {
        kind: "image",
        media: { kind: "data", mediaType: "image/webp", base64: "AAAA" },
        extras: { dialect, fields: { id: "ig_1", status: "completed", output_format: "webp" } },
      },
    ]);
  });
});
