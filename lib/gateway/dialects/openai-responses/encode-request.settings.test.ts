import { describe, expect, it } from "vitest";
import type { Conversation, Extras } from "#lib/gateway/conversation";
import { encodeRequest } from "./encode-request.ts";
import { ask, bodyOf, hello, own } from "./fixtures/conversation.ts";

describe("what is sent", () => {
  it("a plain conversation is stored nowhere and holds nothing that was not said", () => {
    expect(ask()).toEqual({
      body: {
        model: "gpt-5",
        input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] }],
        store: false,
      },
      losses: [],
    });
  });

  it("a stream is asked for only where one is wanted", () => {
    const target = { model: "gpt-5", maxOutputTokens: 1, takesReasoning: false };
    const conversation: Conversation = { messages: [hello], tools: [] };
    expect(encodeRequest(conversation, { ...target, isStream: true }).body.stream).toBe(true);
    expect(encodeRequest(conversation, { ...target, isStream: false }).body).not.toHaveProperty("stream");
  });

  it("every setting has its field", () => {
    const schema = { type: "object", properties: {} };
    expect(
      ask({
        allowsParallelTools: false,
        output: { kind: "json-schema", name: "out", schema, isStrict: true, description: "d" },
        verbosity: "low",
        maxOutputTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        logprobs: { top: 3 },
        metadata: { a: "b" },
        userId: "u1",
        cacheKey: "k",
        serviceTier: "flex",
      }),
    ).toEqual({
      body: expect.objectContaining({
        parallel_tool_calls: false,
        text: {
          format: { type: "json_schema", name: "out", schema, strict: true, description: "d" },
          verbosity: "low",
        },
        max_output_tokens: 100,
        temperature: 0.5,
        top_p: 0.9,
        top_logprobs: 3,
        include: ["message.output_text.logprobs"],
        metadata: { a: "b" },
        safety_identifier: "u1",
        prompt_cache_key: "k",
        service_tier: "flex",
      }),
      losses: [],
    });
    expect(bodyOf({ output: { kind: "json" } }).text).toEqual({ format: { type: "json_object" } });
    expect(bodyOf({ output: { kind: "text" } }).text).toEqual({ format: { type: "text" } });
  });

  it("extras of our own go back as they were, into the objects they came from; those of others do not", () => {
    const extras = own({
      truncation: "auto",
      store: true,
      include: ["web_search_call.results", "reasoning.encrypted_content"],
      text: { density: 2 },
      reasoning: { context: "all_turns" },
    });
    const body = bodyOf({ extras, verbosity: "low", reasoning: { effort: "low" }, logprobs: { top: 0 } });
    expect(body).toMatchObject({
      truncation: "auto",
      store: false,
      include: ["web_search_call.results", "reasoning.encrypted_content", "message.output_text.logprobs"],
      text: { verbosity: "low", density: 2 },
      reasoning: { effort: "low", context: "all_turns" },
    });
    const foreign: Extras = { dialect: "gemini", fields: { safetySettings: [] } };
    expect(bodyOf({ extras: foreign })).not.toHaveProperty("safetySettings");
  });

  it("stop sequences are left to the gateway, without a loss", () => {
    expect(ask({ stop: ["END"] })).toEqual(ask());
  });
});
