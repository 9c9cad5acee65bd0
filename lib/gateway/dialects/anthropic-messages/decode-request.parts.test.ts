import { describe, expect, test } from "vitest";
import { OWN, partOf } from "./fixtures/request.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("images and documents", () => {
  test.each([
    [
      { type: "base64", media_type: "image/png", data: "AA==" },
      { kind: "data", mediaType: "image/png", base64: "AA==" },
    ],
    [
      { type: "url", url: "https://a.test/a.png" },
      { kind: "url", url: "https://a.test/a.png" },
    ],
    [
      { type: "file", file_id: "file_1" },
      { kind: "stored", id: "file_1", origin: OWN },
    ],
  ])("an image from %o", (source, media) => {
    expect(partOf({ type: "image", source })).toEqual({ kind: "image", media });
  });

  test.each([
    [
      { type: "base64", media_type: "application/pdf", data: "AA==" },
      { kind: "data", mediaType: "application/pdf", base64: "AA==" },
    ],
    [
      { type: "url", url: "https://a.test/a.pdf" },
      { kind: "url", url: "https://a.test/a.pdf" },
    ],
    [
      { type: "file", file_id: "file_1" },
      { kind: "stored", id: "file_1", origin: OWN },
    ],
    [
      { type: "text", media_type: "text/plain", data: "héllo" },
      { kind: "data", mediaType: "text/plain", base64: base64("héllo") },
    ],
  ])("a document from %o", (source, media) => {
    expect(partOf({ type: "document", source, title: "A" })).toEqual({ kind: "file", media, filename: "A" });
  });

  test("a document's context and citations are kept, and its hint", () => {
    const source = { type: "url", url: "https://a.test/a.pdf" };
    const more = { context: "old", citations: { enabled: true }, cache_control: { type: "ephemeral", ttl: "5m" } };
    expect(partOf({ type: "document", source, ...more })).toMatchObject({
      cacheHint: { ttl: "5m" },
      extras: { dialect: OWN, fields: { context: "old", citations: { enabled: true } } },
    });
    expect(partOf({ type: "document", source, citations: { enabled: false } })).toMatchObject({ extras: undefined });
  });

  test.each([
    [
      "blocks",
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      "a\nb",
    ],
    ["a string", "ab", "ab"],
  ])("a document composed of %s reads as one text, and is kept as it was", (_of, content, text) => {
    const source = { type: "content", content };
    expect(partOf({ type: "document", source })).toEqual({
      kind: "file",
      media: { kind: "data", mediaType: "text/plain", base64: base64(text) },
      extras: { dialect: OWN, fields: { source } },
    });
  });

  test.each([
    { type: "document", source: { type: "content", content: [{ type: "image", source: {} }] } },
    { type: "image", source: { type: "hologram" } },
    { type: "search_result", source: "https://a.test", title: "A", content: [] },
    { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } },
    { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
    { type: "container_upload", file_id: "file_1" },
  ])("%o has no like elsewhere and is kept as it is", (block) => {
    expect(partOf(block)).toEqual({ kind: "foreign", dialect: OWN, value: block });
  });
});

describe("citations, thoughts and cache hints", () => {
  test("a citation is read, and kept as it was", () => {
    const found = {
      type: "web_search_result_location",
      url: "https://a.test",
      title: "A",
      cited_text: "x",
      encrypted_index: "e",
    };
    const page = { type: "page_location", document_title: "B", cited_text: "y", start_page_number: 1 };
    const search = { type: "search_result_location", source: "https://s.test", title: "S", cited_text: "z" };
    const block = { type: "text", text: "t", citations: [found, page, search] };
    expect(partOf(block, "assistant")).toMatchObject({
      citations: [
        { url: "https://a.test", title: "A", citedText: "x", original: { dialect: OWN, value: found } },
        { title: "B", citedText: "y", original: { dialect: OWN, value: page } },
        { url: "https://s.test", title: "S", citedText: "z", original: { dialect: OWN, value: search } },
      ],
    });
  });

  test("thoughts keep their proof; an empty one is none", () => {
    const thinking = { type: "thinking", thinking: "hm" };
    const own = { origin: OWN, value: "sig==" };
    expect(partOf({ ...thinking, signature: "sig==" }, "assistant")).toEqual({
      kind: "reasoning",
      form: "full",
      text: "hm",
      signature: own,
    });
    expect(partOf({ ...thinking, signature: "" }, "assistant")).toMatchObject({ text: "hm", signature: undefined });
    expect(partOf({ type: "redacted_thinking", data: "sig==" }, "assistant")).toEqual({
      kind: "reasoning",
      form: "full",
      text: "",
      isRedacted: true,
      signature: own,
    });
  });

  test("a proof of another origin that we wrapped comes out as it was", () => {
    const wrapped = { type: "redacted_thinking", data: "sy1.gemini..abc==" };
    expect(partOf(wrapped, "assistant")).toMatchObject({ signature: { origin: "gemini", value: "abc==" } });
    const item = { type: "thinking", thinking: "hm", signature: "sy1.openai-responses.cnNfMQ.enc" };
    expect(partOf(item, "assistant")).toMatchObject({
      signature: { origin: "openai-responses", value: "enc", itemId: "rs_1" },
    });
  });

  test("a cache control with more than we know goes back whole", () => {
    const control = { type: "ephemeral", scope: "global" };
    expect(partOf({ type: "text", text: "t", cache_control: control })).toEqual({
      kind: "text",
      text: "t",
      cacheHint: {},
      extras: { dialect: OWN, fields: { cache_control: control } },
    });
  });
});
