import { describe, expect, it } from "vitest";
import type { Conversation, Part, Tool } from "../conversation.ts";
import { countTokensIn } from "./count-tokens-in.ts";

const said = (...parts: readonly Part[]): Conversation => ({ messages: [{ role: "user", parts }], tools: [] });
const text = (length: number): Part => ({ kind: "text", text: "a".repeat(length) });
const base64Of = (bytes: number) => Buffer.alloc(bytes).toString("base64");

describe("an estimate of tokens", () => {
  it("is linear in the bytes of the text", () => {
    expect(countTokensIn(said(text(400)))).toBe(100);
    expect(countTokensIn(said(text(200), text(200)))).toBe(100);
    expect(countTokensIn(said(text(4_000)))).toBe(1_000);
  });

  it("counts bytes, not characters", () => {
    expect(countTokensIn(said({ kind: "text", text: "中文中文" }))).toBe(3);
  });

  it("is never nothing", () => {
    expect(countTokensIn(said(text(0)))).toBe(1);
  });

  it("counts tools by what is said of them", () => {
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const tool: Tool = { kind: "function", name: "weather", description: "Says the weather.", schema };
    const bytes = "weather".length + "Says the weather.".length + JSON.stringify(schema).length;
    expect(countTokensIn({ ...said(text(0)), tools: [tool] })).toBe(Math.ceil(bytes / 4));
    const server: Tool = { kind: "server", dialect: "gemini", name: "googleSearch", value: { googleSearch: {} } };
    expect(countTokensIn({ ...said(text(0)), tools: [server] })).toBe(Math.ceil('{"googleSearch":{}}'.length / 4));
  });

  it.each<readonly [string, Part, number]>([
    ["an image at a flat figure", { kind: "image", media: { kind: "url", url: "https://x.example/a.png" } }, 1_600],
    [
      "a document at a flat figure",
      { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: base64Of(90_000) } },
      3_000,
    ],
    [
      "a text file as text",
      { kind: "file", media: { kind: "data", mediaType: "text/plain", base64: base64Of(300) } },
      75,
    ],
    ["sound by its length", { kind: "audio", format: "mp3", base64: base64Of(30_000) }, 60],
    ["a call by its name and input", { kind: "tool-call", id: "1", name: "look", input: '{"a":1}' }, 3],
    ["thoughts not at all", { kind: "reasoning", text: "a".repeat(400), form: "full" }, 1],
  ])("counts %s", (_what, part, tokens) => {
    expect(countTokensIn(said(part))).toBe(tokens);
  });

  it("counts what a tool gave back, images too", () => {
    const image: Part = { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } };
    const result: Part = { kind: "tool-result", callId: "1", content: [{ kind: "text", text: "a".repeat(40) }, image] };
    expect(countTokensIn(said(result))).toBe(1_610);
  });
});
