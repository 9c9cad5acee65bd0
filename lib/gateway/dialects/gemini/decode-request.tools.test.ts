import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeRequest } from "./decode-request.ts";
import { extras, hello, partsOf, said } from "./fixtures/request.ts";

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
