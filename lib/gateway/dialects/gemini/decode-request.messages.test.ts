import { describe, expect, test } from "vitest";
import { decodeRequest } from "./decode-request.ts";
import { extras, hello, partsOf, said } from "./fixtures/request.ts";

describe("messages", () => {
  test("the system prompt comes first, then the turns; what has no role is the user's", () => {
    const { messages } = decodeRequest({
      systemInstruction: { role: "user", parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [{ parts: [{ text: "Hi" }] }, { role: "model", parts: [{ text: "Hello" }] }],
    });
    expect(messages).toStrictEqual([
      {
        role: "system",
        parts: [
          { kind: "text", text: "Be brief." },
          { kind: "text", text: "Be kind." },
        ],
      },
      { role: "user", parts: [{ kind: "text", text: "Hi" }] },
      { role: "assistant", parts: [{ kind: "text", text: "Hello" }] },
    ]);
  });

  test("a single content, a single part and a bare text are taken for a list of one, as Google takes them", () => {
    const expected = decodeRequest({ systemInstruction: { parts: [{ text: "Be brief." }] }, ...hello });
    expect(
      decodeRequest({ systemInstruction: { parts: { text: "Be brief." } }, contents: { parts: { text: "Hello" } } }),
    ).toStrictEqual(expected);
    expect(decodeRequest({ systemInstruction: "Be brief.", contents: "Hello" })).toStrictEqual(expected);
  });

  test("snake_case says the same as camelCase", () => {
    expect(
      decodeRequest({
        system_instruction: { parts: [{ text: "S" }] },
        contents: [
          {
            role: "user",
            parts: [
              { inline_data: { mime_type: "image/png", data: "AAAA" } },
              { file_data: { file_uri: "https://x.test/a.pdf", mime_type: "application/pdf" } },
            ],
          },
          {
            role: "model",
            parts: [{ function_call: { name: "f", args: { snake_key: 1 } }, thought_signature: "cw==" }],
          },
          { role: "function", parts: [{ function_response: { name: "f", response: { some_key: 2 } } }] },
        ],
        tools: [
          {
            function_declarations: [
              { name: "f", parameters_json_schema: { type: "object", properties: { snake_key: { type: "integer" } } } },
            ],
          },
          { google_search: {} },
        ],
        tool_config: { function_calling_config: { mode: "ANY", allowed_function_names: ["f"] } },
        generation_config: { max_output_tokens: 5, stop_sequences: ["x"], thinking_config: { include_thoughts: true } },
        service_tier: "flex",
        safety_settings: [{ category: "C" }],
      }),
    ).toStrictEqual(
      decodeRequest({
        systemInstruction: { parts: [{ text: "S" }] },
        contents: [
          {
            role: "user",
            parts: [
              { inlineData: { mimeType: "image/png", data: "AAAA" } },
              { fileData: { fileUri: "https://x.test/a.pdf", mimeType: "application/pdf" } },
            ],
          },
          { role: "model", parts: [{ functionCall: { name: "f", args: { snake_key: 1 } }, thoughtSignature: "cw==" }] },
          { role: "function", parts: [{ functionResponse: { name: "f", response: { some_key: 2 } } }] },
        ],
        tools: [
          {
            functionDeclarations: [
              { name: "f", parametersJsonSchema: { type: "object", properties: { snake_key: { type: "integer" } } } },
            ],
          },
          { googleSearch: {} },
        ],
        toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
        generationConfig: { maxOutputTokens: 5, stopSequences: ["x"], thinkingConfig: { includeThoughts: true } },
        serviceTier: "flex",
        safetySettings: [{ category: "C" }],
      }),
    );
  });

  test("media are images, sounds or files by their type; Google's own files can be read by Google only", () => {
    expect(
      partsOf(
        said(
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { inlineData: { mimeType: "audio/mpeg", data: "BBBB" } },
          { inlineData: { mimeType: "audio/wav", data: "CCCC" } },
          { inlineData: { mimeType: "application/pdf", data: "DDDD", displayName: "a.pdf" } },
          { fileData: { fileUri: "https://x.test/cat.PNG?size=2" } },
          { fileData: { fileUri: "https://x.test/cat", mimeType: "image/webp" } },
          { fileData: { fileUri: "https://youtu.be/1" } },
          { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/1", mimeType: "video/mp4" } },
          { fileData: { fileUri: "gs://bucket/cat.jpg" } },
        ),
      ),
    ).toStrictEqual([
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
      { kind: "audio", format: "mp3", base64: "BBBB" },
      { kind: "audio", format: "wav", base64: "CCCC" },
      { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "DDDD" }, filename: "a.pdf" },
      { kind: "image", media: { kind: "url", url: "https://x.test/cat.PNG?size=2" } },
      { kind: "image", media: { kind: "url", url: "https://x.test/cat", mediaType: "image/webp" } },
      { kind: "file", media: { kind: "url", url: "https://youtu.be/1" } },
      {
        kind: "file",
        media: {
          kind: "stored",
          id: "https://generativelanguage.googleapis.com/v1beta/files/1",
          origin: "gemini",
          mediaType: "video/mp4",
        },
      },
      { kind: "image", media: { kind: "stored", id: "gs://bucket/cat.jpg", origin: "gemini" } },
    ]);
  });

  test("thoughts, proofs on any part, and proofs of other dialects are told apart", () => {
    expect(
      partsOf({
        contents: [
          {
            role: "model",
            parts: [
              { thought: true, text: "Hm." },
              { thought: true, text: "", thoughtSignature: "sy1.anthropic-messages..redacted" },
              { text: "Yes", thoughtSignature: "b3du" },
              { text: "", thoughtSignature: "dHJhaWw=" },
              { thoughtSignature: "YmFyZQ==" },
              { functionCall: { id: "c", name: "f", args: {} }, thoughtSignature: "Y2FsbA==" },
              { inlineData: { mimeType: "image/png", data: "AAAA" }, thoughtSignature: "aW1hZ2U=" },
            ],
          },
        ],
      }),
    ).toStrictEqual([
      { kind: "reasoning", form: "summary", text: "Hm." },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "anthropic-messages", value: "redacted" },
      },
      { kind: "text", text: "Yes", signature: { origin: "gemini", value: "b3du" } },
      { kind: "text", text: "", signature: { origin: "gemini", value: "dHJhaWw=" } },
      { kind: "text", text: "", signature: { origin: "gemini", value: "YmFyZQ==" } },
      { kind: "tool-call", id: "c", name: "f", input: "{}", signature: { origin: "gemini", value: "Y2FsbA==" } },
      {
        kind: "image",
        media: { kind: "data", mediaType: "image/png", base64: "AAAA" },
        extras: extras({ thoughtSignature: "aW1hZ2U=" }),
      },
    ]);
  });

  test("what Google runs itself, thoughts that are pictures, and parts not known yet are foreign", () => {
    const parts = [
      { executableCode: { language: "PYTHON", code: "print(1)" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
      { thought: true, inlineData: { mimeType: "image/png", data: "AAAA" } },
      { toolCall: { id: "t", toolType: "GOOGLE_SEARCH" } },
    ];
    expect(partsOf({ contents: [{ role: "model", parts }] })).toStrictEqual(
      parts.map((value) => ({ kind: "foreign", dialect: "gemini", value })),
    );
  });

  test("fields not known are kept with where they stood", () => {
    const { messages, extras: others } = decodeRequest({
      contents: [
        {
          role: "user",
          weight: 2,
          parts: [
            { fileData: { fileUri: "https://youtu.be/1", odd: 1 }, videoMetadata: { startOffset: "1s" } },
            { inlineData: { mimeType: "image/png", data: "AAAA", displayName: "cat" } },
          ],
        },
      ],
      cachedContent: "cachedContents/1",
      labels: { team: "a" },
      toolConfig: { retrievalConfig: { languageCode: "de" } },
      generationConfig: { speechConfig: { voice: "x" }, thinkingConfig: { odd: true } },
    });
    expect(messages[0]?.extras).toStrictEqual(extras({ weight: 2 }));
    expect(messages[0]?.parts.map((part) => part.kind !== "foreign" && part.extras)).toStrictEqual([
      extras({ videoMetadata: { startOffset: "1s" }, "fileData.odd": 1 }),
      extras({ "inlineData.displayName": "cat" }),
    ]);
    expect(others).toStrictEqual(
      extras({
        cachedContent: "cachedContents/1",
        labels: { team: "a" },
        "toolConfig.retrievalConfig": { languageCode: "de" },
        "generationConfig.speechConfig": { voice: "x" },
        "generationConfig.thinkingConfig.odd": true,
      }),
    );
  });
});
