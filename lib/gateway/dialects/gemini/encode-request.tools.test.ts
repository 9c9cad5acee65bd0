import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { Conversation } from "#lib/gateway/conversation";
import { bodyOf, call, contentsOf, encoded, GEMINI_3, hello, lossesOf, result, turn } from "./fixtures/conversation.ts";
import { TARGET } from "./fixtures/exchange.ts";

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
