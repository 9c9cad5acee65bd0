import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeRequest } from "./decode-request.ts";

const said = (...parts: readonly JsonObject[]) => ({ contents: [{ role: "user", parts }] });
const hello = said({ text: "Hello" });
const partsOf = (body: JsonObject, at = 0) => decodeRequest(body).messages[at]?.parts;
const extras = (fields: JsonObject) => ({ dialect: "gemini", fields });

/** Gives code and path of the refusal. */
function refusal(body: JsonObject): string {
  try {
    decodeRequest(body);
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.param}`;
    throw error;
  }
  return "accepted";
}

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

describe("tool calls and their results", () => {
  const call = (name: string, id?: string) => ({ functionCall: { name, args: { name }, ...(id ? { id } : {}) } });
  const result = (name: string, response: JsonObject, id?: string) => ({
    functionResponse: { name, response, ...(id ? { id } : {}) },
  });
  const idsOf = (...contents: readonly { role: string; parts: readonly JsonObject[] }[]) =>
    decodeRequest({ contents }).messages.map(({ role, parts }) => [
      role,
      ...parts.map((part) => (part.kind === "tool-call" ? part.id : part.kind === "tool-result" ? part.callId : "")),
    ]);

  test("results without an id answer the calls of their name in order; ids are minted by position", () => {
    expect(
      idsOf(
        { role: "model", parts: [call("a"), call("b"), call("a")] },
        { role: "user", parts: [result("a", { n: 1 }), result("a", { n: 2 }), result("b", { n: 3 })] },
        { role: "model", parts: [call("a")] },
        { role: "user", parts: [result("a", { n: 4 })] },
      ),
    ).toStrictEqual([
      ["assistant", "call_0", "call_1", "call_2"],
      ["tool", "call_0", "call_2", "call_1"],
      ["assistant", "call_3"],
      ["tool", "call_3"],
    ]);
  });

  test("ids that are given are kept, and a result without one takes the call that is left", () => {
    expect(
      idsOf(
        { role: "model", parts: [call("a", "x"), call("a", "y"), call("a")] },
        { role: "user", parts: [result("a", {}, "y"), result("a", {}), result("a", {}, "unknown")] },
      ),
    ).toStrictEqual([
      ["assistant", "x", "y", "call_0"],
      ["tool", "y", "x", "call_0"],
    ]);
  });

  test("a result that answers no call keeps its id, or gets one", () => {
    expect(idsOf({ role: "user", parts: [result("a", {}, "lost"), result("b", {})] })).toStrictEqual([
      ["tool", "lost", "call_0"],
    ]);
  });

  test("results stand in one message of their own, also where they came in several contents or beside a text", () => {
    const { messages } = decodeRequest({
      contents: [
        { role: "function", parts: [result("a", { result: "1" })] },
        { role: "user", parts: [result("b", { result: "2" }), { text: "go on" }] },
      ],
    });
    expect(messages.map(({ role, parts }) => [role, parts.length])).toStrictEqual([
      ["tool", 2],
      ["user", 1],
    ]);
  });

  test.each([
    [{ result: "sunny" }, { content: [{ kind: "text", text: "sunny" }] }],
    [{ output: "sunny" }, { content: [{ kind: "text", text: "sunny" }], structured: { output: "sunny" } }],
    [{ error: "broken" }, { content: [{ kind: "text", text: "broken" }], isError: true }],
    [
      { error: { code: 1 } },
      { content: [{ kind: "text", text: '{"error":{"code":1}}' }], structured: { error: { code: 1 } }, isError: true },
    ],
    [{ result: 7 }, { content: [{ kind: "text", text: '{"result":7}' }], structured: { result: 7 } }],
    [
      { result: "a", more: "b" },
      { content: [{ kind: "text", text: '{"result":"a","more":"b"}' }], structured: { result: "a", more: "b" } },
    ],
    [{}, { content: [{ kind: "text", text: "{}" }], structured: {} }],
  ])("the response %j is read as text and, where that is not all, kept as it is", (response, expected) => {
    expect(partsOf(said(result("a", response, "x")))).toStrictEqual([
      { kind: "tool-result", callId: "x", name: "a", ...expected },
    ]);
  });

  test("pictures, sounds and files in a response are content beside its text", () => {
    const functionResponse = {
      id: "x",
      name: "a",
      response: { result: "" },
      parts: [
        { inlineData: { mimeType: "image/png", data: "AAAA", displayName: "cat" } },
        { inlineData: { mimeType: "audio/mpeg", data: "BBBB" } },
        { fileData: { fileUri: "https://x.test/a.pdf", mimeType: "application/pdf" } },
      ],
      scheduling: "SILENT",
    };
    expect(partsOf(said({ functionResponse }))).toStrictEqual([
      {
        kind: "tool-result",
        callId: "x",
        name: "a",
        content: [
          {
            kind: "image",
            media: { kind: "data", mediaType: "image/png", base64: "AAAA" },
            extras: extras({ "inlineData.displayName": "cat" }),
          },
          { kind: "file", media: { kind: "data", mediaType: "audio/mpeg", base64: "BBBB" } },
          { kind: "file", media: { kind: "url", url: "https://x.test/a.pdf", mediaType: "application/pdf" } },
        ],
        extras: extras({ "functionResponse.scheduling": "SILENT" }),
      },
    ]);
  });

  test("arguments keep every digit", () => {
    const args = parseExact('{"id":12345678901234567890,"e":100}');
    const [big] =
      partsOf({ contents: [{ role: "model", parts: [{ functionCall: { id: "x", name: "f", args } }] }] }) ?? [];
    expect(big).toMatchObject({ input: '{"id":12345678901234567890,"e":100}' });
  });
});

describe("tools", () => {
  test("functions take JSON Schema as it is, and Google's schema in JSON Schema's words; the rest is Google's own", () => {
    expect(
      decodeRequest({
        ...hello,
        tools: [
          {
            functionDeclarations: [
              { name: "a", description: "A", parametersJsonSchema: { type: "object", $defs: {} } },
              {
                name: "b",
                parameters: { type: "OBJECT", properties: { type: { type: "STRING" } } },
                behavior: "BLOCKING",
              },
              { name: "c" },
            ],
            codeExecution: {},
          },
          { urlContext: null },
        ],
      }).tools,
    ).toStrictEqual([
      { kind: "function", name: "a", description: "A", schema: { type: "object", $defs: {} } },
      {
        kind: "function",
        name: "b",
        schema: { type: "object", properties: { type: { type: "string" } } },
        extras: extras({ behavior: "BLOCKING" }),
      },
      { kind: "function", name: "c" },
      { kind: "server", dialect: "gemini", name: "codeExecution", value: { codeExecution: {} } },
    ]);
  });

  test.each([
    [{ mode: "AUTO" }, { kind: "auto" }],
    [{ mode: "NONE" }, { kind: "none" }],
    [{ mode: "ANY" }, { kind: "required" }],
    [
      { mode: "any", allowedFunctionNames: ["a"] },
      { kind: "named", name: "a" },
    ],
    [
      { mode: "ANY", allowedFunctionNames: ["a", "b"] },
      { kind: "allowed", mode: "required", names: ["a", "b"] },
    ],
    [
      { mode: "VALIDATED", allowedFunctionNames: ["a"] },
      { kind: "allowed", mode: "auto", names: ["a"] },
    ],
    [
      { mode: "AUTO", allowedFunctionNames: ["a"] },
      { kind: "allowed", mode: "auto", names: ["a"] },
    ],
    [{ mode: "MODE_UNSPECIFIED" }, undefined],
    [{}, undefined],
  ])("functionCallingConfig %j is the choice %j", (functionCallingConfig, expected) => {
    expect(decodeRequest({ ...hello, toolConfig: { functionCallingConfig } }).toolChoice).toStrictEqual(expected);
  });

  test("VALIDATED is auto, and keeps its word", () => {
    expect(decodeRequest({ ...hello, toolConfig: { functionCallingConfig: { mode: "VALIDATED" } } })).toMatchObject({
      toolChoice: { kind: "auto" },
      extras: extras({ "toolConfig.functionCallingConfig.mode": "VALIDATED" }),
    });
  });
});

describe("settings", () => {
  const settingsOf = (generationConfig: JsonObject, more: JsonObject = {}) => {
    const { messages: _messages, tools: _tools, ...settings } = decodeRequest({ ...hello, ...more, generationConfig });
    return settings;
  };

  test("sampling, limits and counts have their places", () => {
    const numbers = {
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    };
    expect(
      settingsOf({ ...numbers, candidateCount: 2, stopSequences: ["a", "b"], responseLogprobs: true, logprobs: 3 }),
    ).toStrictEqual({ ...numbers, choices: 2, stop: ["a", "b"], logprobs: { top: 3 } });
  });

  test("what was not said is not there, null included", () => {
    expect(settingsOf({ temperature: null, thinkingConfig: {}, responseLogprobs: false })).toStrictEqual({});
  });

  test.each<readonly [JsonObject, JsonObject]>([
    [{ responseMimeType: "application/json" }, { output: { kind: "json" } }],
    [{ responseMimeType: "text/plain" }, { output: { kind: "text" } }],
    [
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
      { output: { kind: "json-schema", name: "response", schema: { type: "object" } } },
    ],
    [
      { responseSchema: { type: "ARRAY", items: { type: "STRING" } } },
      { output: { kind: "json-schema", name: "response", schema: { type: "array", items: { type: "string" } } } },
    ],
    [
      { responseMimeType: "text/x.enum", responseSchema: { type: "STRING", enum: ["A"] } },
      {
        extras: extras({
          "generationConfig.responseMimeType": "text/x.enum",
          "generationConfig.responseSchema": { type: "STRING", enum: ["A"] },
        }),
      },
    ],
  ])("the output %j is read as %j", (config, expected) => {
    expect(settingsOf(config)).toStrictEqual(expected);
  });

  test.each<readonly [JsonObject, JsonObject | undefined]>([
    [{ thinkingBudget: 0 }, { budgetTokens: 0 }],
    [
      { thinkingBudget: -1, includeThoughts: true },
      { budgetTokens: -1, show: "auto" },
    ],
    [
      { thinkingLevel: "low", includeThoughts: false },
      { effort: "low", show: "none" },
    ],
    [{ thinkingLevel: "HIGH" }, { effort: "high" }],
    [{ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" }, undefined],
  ])("the thinking %j is read as %j", (thinkingConfig, reasoning) => {
    expect(settingsOf({ thinkingConfig }).reasoning).toStrictEqual(reasoning);
  });

  test.each([
    ["standard", "default"],
    ["flex", "flex"],
    ["PRIORITY", "priority"],
    ["unspecified", undefined],
  ])("the tier %s is %s", (serviceTier, expected) => {
    expect(settingsOf({}, { serviceTier }).serviceTier).toBe(expected);
  });

  test("a model named in the body is not a setting", () => {
    expect(settingsOf({}, { model: "models/gemini-2.5-pro" })).toStrictEqual({});
  });
});

describe("what is wrong is refused with its path", () => {
  test.each<readonly [string, JsonObject]>([
    ["missing_field contents", {}],
    ["invalid_field contents", { contents: [] }],
    ["invalid_field contents.0", { contents: [1] }],
    ["invalid_field contents.0.role", { contents: [{ role: "assistant", parts: [] }] }],
    ["invalid_field contents.0.parts.0", said({})],
    ["invalid_field contents.0.parts.0", said({ videoMetadata: {} })],
    ["invalid_field contents.0.parts.1.text", said({ text: "a" }, { text: 1 })],
    ["invalid_field contents.0.parts.0.thought", said({ text: "a", thought: "yes" })],
    ["invalid_field contents.0.parts.0.thoughtSignature", said({ text: "a", thoughtSignature: 1 })],
    ["invalid_field contents.0.parts.0.inlineData", said({ inlineData: "AAAA" })],
    ["invalid_field contents.0.parts.0.inlineData.mimeType", said({ inlineData: { data: "AAAA" } })],
    ["invalid_field contents.0.parts.0.inlineData.data", said({ inlineData: { mimeType: "image/png" } })],
    ["invalid_field contents.0.parts.0.fileData.fileUri", said({ fileData: {} })],
    ["invalid_field contents.0.parts.0.functionCall.name", said({ functionCall: {} })],
    ["invalid_field contents.0.parts.0.functionCall.args", said({ functionCall: { name: "f", args: "{}" } })],
    ["invalid_field contents.0.parts.0.functionResponse.name", said({ functionResponse: {} })],
    [
      "invalid_field contents.0.parts.0.functionResponse.response",
      said({ functionResponse: { name: "f", response: [] } }),
    ],
    [
      "invalid_field contents.0.parts.0.functionResponse.parts.0.inlineData",
      said({ functionResponse: { name: "f", parts: [{ text: "a" }] } }),
    ],
    ["invalid_field systemInstruction", { ...hello, systemInstruction: 1 }],
    ["invalid_field systemInstruction.parts.0.text", { ...hello, systemInstruction: { parts: [{ inlineData: {} }] } }],
    ["invalid_field tools.0", { ...hello, tools: ["search"] }],
    ["invalid_field tools.0.functionDeclarations.0.name", { ...hello, tools: [{ functionDeclarations: [{}] }] }],
    [
      "invalid_field tools.0.functionDeclarations.0.parameters",
      { ...hello, tools: [{ functionDeclarations: [{ name: "f", parameters: "x" }] }] },
    ],
    ["invalid_field toolConfig", { ...hello, toolConfig: [] }],
    [
      "invalid_field toolConfig.functionCallingConfig.mode",
      { ...hello, toolConfig: { functionCallingConfig: { mode: "SOME" } } },
    ],
    [
      "invalid_field toolConfig.functionCallingConfig.allowedFunctionNames.0",
      { ...hello, toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [1] } } },
    ],
    ["invalid_field generationConfig", { ...hello, generationConfig: "hot" }],
    ["invalid_field generationConfig.temperature", { ...hello, generationConfig: { temperature: "hot" } }],
    ["invalid_field generationConfig.stopSequences", { ...hello, generationConfig: { stopSequences: "x" } }],
    ["invalid_field generationConfig.stopSequences.0", { ...hello, generationConfig: { stopSequences: [1] } }],
    ["invalid_field generationConfig.responseJsonSchema", { ...hello, generationConfig: { responseJsonSchema: true } }],
    [
      "invalid_field generationConfig.thinkingConfig.thinkingLevel",
      { ...hello, generationConfig: { thinkingConfig: { thinkingLevel: "deep" } } },
    ],
    [
      "invalid_field generationConfig.thinkingConfig.thinkingBudget",
      { ...hello, generationConfig: { thinkingConfig: { thinkingBudget: "1" } } },
    ],
    ["invalid_field serviceTier", { ...hello, serviceTier: 1 }],
  ])("%s", (expected, body) => {
    expect(refusal(body)).toBe(expected);
  });

  test("tens of thousands of parts, calls and results are read in a moment", () => {
    const many = 30_000;
    const calls = Array.from({ length: many }, () => ({ functionCall: { name: "f" } }));
    const results = Array.from({ length: many }, () => ({ parts: [{ functionResponse: { name: "f" } }] }));
    const { messages } = decodeRequest({ contents: [{ role: "model", parts: calls }, ...results] });
    expect(messages[1]?.parts.at(-1)).toMatchObject({ callId: `call_${many - 1}` });
  });
});
