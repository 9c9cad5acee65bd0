import { describe, expect, test } from "vitest";
import type { Part } from "#lib/gateway/conversation";
import { contentsOf, encoded, hello, lossesOf, turn } from "./fixtures/conversation.ts";

describe("contents", () => {
  test("a bare conversation is the contents alone: nothing is sent that was not said", () => {
    expect(encoded({})).toStrictEqual({
      body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
      losses: [],
    });
  });

  test("system and developer messages are the system prompt; one from the middle is moved there and reported", () => {
    const { body, losses } = encoded({
      messages: [
        turn("system", { kind: "text", text: "A" }),
        turn("developer", { kind: "text", text: "B" }),
        hello,
        turn("system", { kind: "text", text: "C" }),
      ],
    });
    expect(body).toStrictEqual({
      systemInstruction: { parts: [{ text: "A" }, { text: "B" }, { text: "C" }] },
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    });
    expect(losses).toStrictEqual([{ field: "messages.3", weight: "harmless" }]);
  });

  test("a system prompt alone is what the user asks, since Gemini wants contents", () => {
    expect(encoded({ messages: [turn("system", { kind: "text", text: "Say hi." })] })).toStrictEqual({
      body: { contents: [{ role: "user", parts: [{ text: "Say hi." }] }] },
      losses: [{ field: "messages.0", weight: "harmless" }],
    });
  });

  test("a picture in the system prompt cannot be said", () => {
    const picture: Part = { kind: "image", media: { kind: "url", url: "https://x.test/a.png" } };
    expect(lossesOf({ messages: [turn("system", picture), hello] })).toStrictEqual(["meaning messages.0.parts.0"]);
  });

  test("neighbours of one role are one content, and a message without parts is none", () => {
    expect(
      contentsOf([
        hello,
        turn("user", { kind: "text", text: "again" }),
        turn("assistant"),
        turn("user", { kind: "text", text: "and again" }),
        turn("assistant", { kind: "text", text: "Yes?" }),
      ]),
    ).toStrictEqual([
      { role: "user", parts: [{ text: "Hello" }, { text: "again" }, { text: "and again" }] },
      { role: "model", parts: [{ text: "Yes?" }] },
    ]);
  });

  test("media are written inline or by address", () => {
    expect(
      contentsOf([
        turn(
          "user",
          { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
          { kind: "image", media: { kind: "url", url: "https://x.test/a.png" } },
          { kind: "audio", format: "mp3", base64: "BBBB" },
          { kind: "audio", format: "pcm16", base64: "CCCC" },
          { kind: "file", media: { kind: "url", url: "https://x.test/a.pdf", mediaType: "application/pdf" } },
          { kind: "file", media: { kind: "stored", id: "gs://b/a.pdf", origin: "gemini" } },
          { kind: "refusal", text: "No." },
        ),
      ]),
    ).toStrictEqual([
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { fileData: { fileUri: "https://x.test/a.png" } },
          { inlineData: { mimeType: "audio/mp3", data: "BBBB" } },
          { inlineData: { mimeType: "audio/pcm", data: "CCCC" } },
          { fileData: { mimeType: "application/pdf", fileUri: "https://x.test/a.pdf" } },
          { fileData: { fileUri: "gs://b/a.pdf" } },
          { text: "No." },
        ],
      },
    ]);
  });

  test("extras of Gemini's own go back to where they stood; those of others are left", () => {
    const own = { dialect: "gemini", fields: { videoMetadata: { fps: 1 }, "fileData.odd": true } } as const;
    const { body } = encoded({
      messages: [
        {
          ...turn("user", { kind: "file", media: { kind: "url", url: "https://youtu.be/1" }, extras: own }),
          extras: { dialect: "gemini", fields: { weight: 2 } },
        },
      ],
      tools: [{ kind: "function", name: "f", extras: { dialect: "gemini", fields: { behavior: "BLOCKING" } } }],
      temperature: 1,
      extras: { dialect: "gemini", fields: { labels: { a: "b" }, "generationConfig.thinkingConfig.odd": 1 } },
    });
    expect(body).toStrictEqual({
      contents: [
        {
          role: "user",
          parts: [{ fileData: { fileUri: "https://youtu.be/1", odd: true }, videoMetadata: { fps: 1 } }],
          weight: 2,
        },
      ],
      tools: [{ functionDeclarations: [{ name: "f", behavior: "BLOCKING" }] }],
      generationConfig: { temperature: 1, thinkingConfig: { odd: 1 } },
      labels: { a: "b" },
    });
    expect(encoded({ extras: { dialect: "openai-chat", fields: { logit_bias: {} } } })).toStrictEqual(encoded({}));
  });
});
