import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { Conversation, Message, Part, Signature, Tool, ToolCallPart } from "#lib/gateway/conversation";
import { geminiCodec } from "./codec.ts";
import { encodeRequest } from "./encode-request.ts";
import { TARGET } from "./fixtures/exchange.ts";

const GEMINI_3 = { ...TARGET, model: "gemini-3-pro-preview" };
const hello: Message = { role: "user", parts: [{ kind: "text", text: "Hello" }] };
const proof: Signature = { origin: "gemini", value: "cHJvb2Y=" };
const foreignProof: Signature = { origin: "anthropic-messages", value: "c2ln" };

const asked = (fields: Partial<Conversation>): Conversation => ({ messages: [hello], tools: [], ...fields });
const encoded = (fields: Partial<Conversation>, target = TARGET) => encodeRequest(asked(fields), target);
const bodyOf = (fields: Partial<Conversation>, target = TARGET) => encoded(fields, target).body;
const lossesOf = (fields: Partial<Conversation>, target = TARGET) =>
  encoded(fields, target).losses.map(({ field, weight }) => `${weight} ${field}`);
const turn = (role: Message["role"], ...parts: readonly Part[]): Message => ({ role, parts });
const call = (id: string, fields: Partial<ToolCallPart> = {}): ToolCallPart => ({
  kind: "tool-call",
  id,
  name: `tool_${id}`,
  input: "{}",
  ...fields,
});
const result = (callId: string, text = "done"): Part => ({
  kind: "tool-result",
  callId,
  content: [{ kind: "text", text }],
});
const contentsOf = (messages: readonly Message[], target = TARGET) => bodyOf({ messages }, target).contents;

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

describe("tool calls and their results", () => {
  test("results are the user's, and are named after the call they answer", () => {
    expect(
      contentsOf([
        hello,
        turn("assistant", call("a", { input: '{"x":1}' }), call("b")),
        turn("tool", result("a"), { ...result("b"), kind: "tool-result", callId: "b", content: [], name: "other" }),
        turn("user", { kind: "text", text: "go on" }),
      ]),
    ).toStrictEqual([
      { role: "user", parts: [{ text: "Hello" }] },
      {
        role: "model",
        parts: [
          { functionCall: { id: "a", name: "tool_a", args: { x: 1 } } },
          { functionCall: { id: "b", name: "tool_b", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "a", name: "tool_a", response: { result: "done" } } },
          { functionResponse: { id: "b", name: "other", response: { result: "" } } },
          { text: "go on" },
        ],
      },
    ]);
  });

  const responseOf = (fields: object, target = TARGET) =>
    contentsOf([turn("tool", { kind: "tool-result", callId: "a", name: "f", content: [], ...fields })], target);
  const texts = [
    { kind: "text", text: "one" },
    { kind: "text", text: "two" },
  ];

  test.each([
    [{ content: texts }, { result: "one\ntwo" }],
    [{ content: texts, isError: true }, { error: "one\ntwo" }],
    [{ content: texts, structured: { n: 1 } }, { n: 1 }],
    [{ content: texts, structured: { error: { code: 1 } }, isError: true }, { error: { code: 1 } }],
  ])("the result %j answers %j", (fields, response) => {
    expect(responseOf(fields)).toStrictEqual([
      { role: "user", parts: [{ functionResponse: { id: "a", name: "f", response } }] },
    ]);
  });

  test("media stand in the response where the model takes them there, else beside it", () => {
    const content = [
      { kind: "text", text: "see" },
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
    ];
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    const functionResponse = { id: "a", name: "f", response: { result: "see" } };
    expect(responseOf({ content })).toStrictEqual([{ role: "user", parts: [{ functionResponse }, picture] }]);
    expect(responseOf({ content }, GEMINI_3)).toStrictEqual([
      { role: "user", parts: [{ functionResponse: { ...functionResponse, parts: [picture] } }] },
    ]);
  });

  test("a result without a known call is named after its id", () => {
    expect(contentsOf([turn("tool", result("lost"))])).toMatchObject([
      { parts: [{ functionResponse: { id: "lost", name: "lost" } }] },
    ]);
  });

  test("arguments keep every digit; none are an empty object", () => {
    const argsOf = (input: string) => JSON.stringify(contentsOf([turn("assistant", call("a", { input }))]));
    expect(argsOf('{"id":12345678901234567890,"e":100}')).toContain('"args":{"id":12345678901234567890,"e":100}');
    expect(argsOf("")).toContain('"args":{}');
    expect(argsOf("null")).toContain('"args":{}');
  });

  test.each(["{", "[1]", "7"])("the arguments %s are refused with the path of the call", (input) => {
    const attempt = () => encoded({ messages: [hello, turn("assistant", call("a"), call("b", { input }))] });
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(expect.objectContaining({ code: "invalid_field", param: "messages.1.parts.1.input" }));
  });

  test("a custom tool's call keeps its text, and is reported", () => {
    const messages = [turn("assistant", call("a", { input: "SELECT 1", isCustom: true }))];
    expect(contentsOf(messages)).toMatchObject([{ parts: [{ functionCall: { args: { _raw: "SELECT 1" } } }] }]);
    expect(lossesOf({ messages })).toStrictEqual(["meaning messages.0.parts.0"]);
  });
});

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

describe("tools", () => {
  test("neighbouring functions are one entry; any schema is passed on as it was written", () => {
    const schema = { type: "object", $ref: "#/$defs/a", oneOf: [{ const: 1 }] };
    expect(
      bodyOf({
        tools: [
          { kind: "function", name: "a", description: "A", schema },
          { kind: "function", name: "b" },
          { kind: "server", dialect: "gemini", name: "googleSearch", value: { googleSearch: {} } },
          { kind: "function", name: "c" },
        ],
      }).tools,
    ).toStrictEqual([
      { functionDeclarations: [{ name: "a", description: "A", parametersJsonSchema: schema }, { name: "b" }] },
      { googleSearch: {} },
      { functionDeclarations: [{ name: "c" }] },
    ]);
  });

  test.each<readonly [Conversation["toolChoice"], object]>([
    [{ kind: "auto" }, { mode: "AUTO" }],
    [{ kind: "none" }, { mode: "NONE" }],
    [{ kind: "required" }, { mode: "ANY" }],
    [
      { kind: "named", name: "a" },
      { mode: "ANY", allowedFunctionNames: ["a"] },
    ],
    [
      { kind: "allowed", mode: "required", names: ["a", "b"] },
      { mode: "ANY", allowedFunctionNames: ["a", "b"] },
    ],
    [
      { kind: "allowed", mode: "auto", names: ["a"] },
      { mode: "VALIDATED", allowedFunctionNames: ["a"] },
    ],
  ])("the choice %j is %j", (toolChoice, functionCallingConfig) => {
    expect(bodyOf({ toolChoice }).toolConfig).toStrictEqual({ functionCallingConfig });
  });
});

describe("settings", () => {
  test("each has its place", () => {
    const numbers = {
      maxOutputTokens: 100,
      temperature: 0,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    };
    expect(bodyOf({ ...numbers, choices: 2, stop: ["a"], logprobs: { top: 3 } }).generationConfig).toStrictEqual({
      ...numbers,
      candidateCount: 2,
      stopSequences: ["a"],
      responseLogprobs: true,
      logprobs: 3,
    });
    expect(bodyOf({ logprobs: { top: 0 } }).generationConfig).toStrictEqual({ responseLogprobs: true });
  });

  test("five stop sequences are sent; with six the gateway stops by itself, which is no loss", () => {
    const stop = ["1", "2", "3", "4", "5"];
    expect(geminiCodec.stopsMax).toBe(5);
    expect(bodyOf({ stop }).generationConfig).toStrictEqual({ stopSequences: stop });
    expect(encoded({ stop: [...stop, "6"] })).toStrictEqual(encoded({}));
    expect(encoded({ stop: [] })).toStrictEqual(encoded({}));
  });

  test.each<readonly [Conversation["output"], object]>([
    [{ kind: "text" }, { responseMimeType: "text/plain" }],
    [{ kind: "json" }, { responseMimeType: "application/json" }],
    [
      { kind: "json-schema", name: "n", schema: { type: "object" }, isStrict: true },
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
    ],
  ])("the output %j is %j", (output, expected) => {
    expect(encoded({ output })).toMatchObject({ body: { generationConfig: expected }, losses: [] });
  });

  const thinkingOf = (reasoning: Conversation["reasoning"], model: string) =>
    JSON.stringify(bodyOf({ reasoning }, { ...TARGET, model }).generationConfig ?? null);

  test.each<readonly [Conversation["reasoning"], string, object]>([
    [{ effort: "high" }, "gemini-2.5-pro", { thinkingBudget: 16_384 }],
    [{ effort: "none" }, "gemini-2.5-flash", { thinkingBudget: 0 }],
    [{ effort: "minimal" }, "gemini-2.5-flash", { thinkingBudget: 1_024 }],
    [{ effort: "low" }, "gemini-2.5-flash", { thinkingBudget: 2_048 }],
    [{ effort: "medium" }, "gemini-flash-latest", { thinkingBudget: 8_192 }],
    [{ effort: "xhigh" }, "gemini-2.5-flash", { thinkingBudget: 32_768 }],
    [{ effort: "max", budgetTokens: 500 }, "gemini-2.5-flash", { thinkingBudget: 500 }],
    [{ effort: "high", budgetTokens: 500 }, "gemini-3-pro-preview", { thinkingLevel: "HIGH" }],
    [{ effort: "minimal", show: "detailed" }, "gemini-3-flash", { thinkingLevel: "MINIMAL", includeThoughts: true }],
    [{ budgetTokens: 500, show: "none" }, "gemini-3-flash", { thinkingBudget: 500, includeThoughts: false }],
    [{ isAdaptive: true }, "gemini-2.5-pro", { thinkingBudget: -1 }],
  ])("thinking %j with %s is %j", (reasoning, model, expected) => {
    expect(thinkingOf(reasoning, model)).toBe(JSON.stringify({ thinkingConfig: expected }));
  });

  test("Gemini 3 decides by itself how much to think, so that is not said", () => {
    expect(thinkingOf({ isAdaptive: true }, "gemini-3-pro-preview")).toBe("null");
  });

  test.each([
    ["default", "standard"],
    ["flex", "flex"],
    ["priority", "priority"],
  ])("the tier %s is %s", (serviceTier, expected) => {
    expect(encoded({ serviceTier })).toMatchObject({ body: { serviceTier: expected }, losses: [] });
  });
});

describe("what cannot be said is reported", () => {
  const server: Tool = { kind: "server", dialect: "openai-responses", name: "web_search", value: {} };
  const named: Tool = { kind: "function", name: "f", isStrict: true, cacheHint: {} };

  test.each<readonly [readonly string[], Partial<Conversation>]>([
    [["harmless verbosity"], { verbosity: "low" }],
    [["harmless metadata"], { metadata: { a: "b" } }],
    [["harmless userId"], { userId: "u" }],
    [["harmless cacheKey"], { cacheKey: "k" }],
    [["harmless serviceTier"], { serviceTier: "auto" }],
    [["harmless output.description"], { output: { kind: "json-schema", name: "n", description: "d", schema: {} } }],
    [["harmless tools.0.isStrict", "harmless tools.0.cacheHint"], { allowsParallelTools: false, tools: [named] }],
    [[], { allowsParallelTools: true, tools: [{ kind: "function", name: "f" }] }],
    [[], { allowsParallelTools: false }],
    [["meaning tools.0", "meaning tools.1"], { tools: [{ kind: "custom", name: "c" }, server] }],
    [["harmless messages.0.name"], { messages: [{ ...hello, name: "ann" }] }],
    [
      [
        "harmless messages.0.parts.0.cacheHint",
        "harmless messages.0.parts.1.detail",
        "harmless messages.0.parts.3.filename",
        "harmless messages.0.parts.4.transcript",
      ],
      {
        messages: [
          turn(
            "user",
            { kind: "text", text: "a", cacheHint: {} },
            { kind: "image", media: { kind: "url", url: "https://x.test/a" }, detail: "low" },
            { kind: "image", media: { kind: "url", url: "https://x.test/a" } },
            { kind: "file", media: { kind: "url", url: "https://x.test/a" }, filename: "a" },
            { kind: "audio", format: "wav", base64: "AAAA", transcript: "a" },
          ),
        ],
      },
    ],
    [
      [
        "meaning messages.0.parts.0",
        "meaning messages.0.parts.1",
        "meaning messages.0.parts.2",
        "meaning messages.0.parts.3.content.1",
        "harmless messages.0.parts.4.citations",
      ],
      {
        messages: [
          turn(
            "user",
            { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
            { kind: "audio", format: "wav", base64: "", id: "audio_1" },
            { kind: "foreign", dialect: "openai-responses", value: { type: "item_reference" } },
            {
              kind: "tool-result",
              callId: "a",
              content: [
                { kind: "text", text: "a" },
                { kind: "image", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
              ],
            },
            {
              kind: "text",
              text: "a",
              citations: [{ url: "https://x.test", original: { dialect: "openai-chat", value: {} } }],
            },
          ),
        ],
      },
    ],
  ])("%j", (expected, fields) => {
    expect(lossesOf(fields)).toStrictEqual(expected);
  });

  test.each<readonly [readonly string[], "none" | "max" | "high"]>([
    [["harmless reasoning.effort"], "none"],
    [["harmless reasoning.effort"], "max"],
    [[], "high"],
  ])("Gemini 3 has four levels: %j for %s", (expected, effort) => {
    expect(lossesOf({ reasoning: { effort } }, GEMINI_3)).toStrictEqual(expected);
  });
});
