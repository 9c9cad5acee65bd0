import { describe, expect, test } from "vitest";
import type { Conversation, Message, Part, ReasoningRequest, Tool } from "#lib/gateway/conversation";
import type { RequestTarget } from "../codec.ts";
import { listIn, objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";

const TARGET: RequestTarget = { model: "m", isStream: false, maxOutputTokens: 4_096, takesReasoning: false };
const text = (value: string) => ({ kind: "text", text: value }) as const;
const user = (...parts: readonly Part[]): Message => ({ role: "user", parts });
const HELLO = user(text("Hello"));

const encode = (given: Partial<Conversation>, target: Partial<RequestTarget> = {}) =>
  openAiChatCodec.encodeRequest({ messages: [HELLO], tools: [], ...given }, { ...TARGET, ...target });
const bodyOf = (given: Partial<Conversation>, target: Partial<RequestTarget> = {}) => encode(given, target).body;
const lossesOf = (given: Partial<Conversation>, target: Partial<RequestTarget> = {}) => encode(given, target).losses;
const messagesOf = (messages: readonly Message[], target: Partial<RequestTarget> = {}) =>
  bodyOf({ messages }, target).messages;
const contentOf = (...parts: readonly Part[]) => objectIn(listIn(messagesOf([user(...parts)]))[0])?.content;

const meaning = (field: string) => ({ field, weight: "meaning" });
const harmless = (field: string) => ({ field, weight: "harmless" });
const image: Part = { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } };

describe("settings", () => {
  test("nothing is sent that was not said", () => {
    expect(bodyOf({})).toEqual({ model: "m", messages: [{ role: "user", content: "Hello" }] });
  });

  test("each setting is sent in its own name", () => {
    const given: Partial<Conversation> = {
      maxOutputTokens: 100,
      temperature: 0,
      topP: 0.5,
      stop: ["a", "b"],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      choices: 2,
      logprobs: { top: 3 },
      verbosity: "low",
      serviceTier: "flex",
      userId: "u",
      cacheKey: "key",
    };
    expect(encode(given)).toEqual({
      body: {
        ...bodyOf({}),
        max_completion_tokens: 100,
        temperature: 0,
        top_p: 0.5,
        stop: ["a", "b"],
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        n: 2,
        logprobs: true,
        top_logprobs: 3,
        verbosity: "low",
        service_tier: "flex",
        user: "u",
        prompt_cache_key: "key",
      },
      losses: [],
    });
    expect(bodyOf({ logprobs: { top: 0 } })).toEqual({ ...bodyOf({}), logprobs: true });
  });

  test("a stream asks for its usage", () => {
    expect(bodyOf({}, { isStream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  test("more stop sequences than four are left to the gateway, without a loss", () => {
    expect(encode({ stop: ["a", "b", "c", "d"] }).body.stop).toEqual(["a", "b", "c", "d"]);
    expect(encode({ stop: ["a", "b", "c", "d", "e"] })).toEqual({ body: bodyOf({}), losses: [] });
    expect(openAiChatCodec.stopsMax).toBe(4);
  });

  test("what OpenAI does not take is left out and reported as harmless", () => {
    const given = { topK: 40, serviceTier: "standard_only", metadata: { team: "a" } };
    expect(encode(given)).toEqual({
      body: bodyOf({}),
      losses: [harmless("topK"), harmless("metadata"), harmless("serviceTier")],
    });
  });

  test("metadata goes with an answer that is stored, as the caller asked", () => {
    const extras = { dialect: "openai-chat", fields: { store: true, logit_bias: { "1": 2 } } } as const;
    expect(encode({ metadata: { team: "a" }, extras })).toEqual({
      body: { ...bodyOf({}), metadata: { team: "a" }, store: true, logit_bias: { "1": 2 } },
      losses: [],
    });
  });

  test("extras of another dialect are not sent", () => {
    expect(bodyOf({ extras: { dialect: "gemini", fields: { safetySettings: [] } } })).toEqual(bodyOf({}));
  });

  test.each<[ReasoningRequest, string | undefined]>([
    [{ effort: "xhigh" }, "xhigh"],
    [{ effort: "low", budgetTokens: 30_000 }, "low"],
    [{ budgetTokens: 0 }, "none"],
    [{ budgetTokens: 1_024 }, "minimal"],
    [{ budgetTokens: 1_025 }, "low"],
    [{ budgetTokens: 4_096 }, "low"],
    [{ budgetTokens: 12_288 }, "medium"],
    [{ budgetTokens: 12_289 }, "high"],
    [{ budgetTokens: -1 }, undefined],
  ])("reasoning %j is the effort %s", (reasoning, effort) => {
    expect(encode({ reasoning }).body.reasoning_effort).toBe(effort);
    expect(encode({ reasoning }).losses).toEqual([]);
  });

  test("whether thoughts are shown or adaptive cannot be said", () => {
    expect(lossesOf({ reasoning: { show: "detailed", isAdaptive: true } })).toEqual([
      harmless("reasoning.show"),
      harmless("reasoning.isAdaptive"),
    ]);
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: {} };
  const tools: readonly Tool[] = [
    { kind: "function", name: "f", description: "d", schema, isStrict: true },
    { kind: "custom", name: "c", format: { type: "text" } },
  ];

  test("functions and custom tools are sent as they were written", () => {
    expect(bodyOf({ tools, allowsParallelTools: false })).toMatchObject({
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters: schema, strict: true } },
        { type: "custom", custom: { name: "c", format: { type: "text" } } },
      ],
      parallel_tool_calls: false,
    });
    expect(bodyOf({ tools }).tool_choice).toBeUndefined();
  });

  test("a choice is sent; a named custom tool as custom", () => {
    const choiceOf = (toolChoice: Conversation["toolChoice"]) => bodyOf({ tools, toolChoice }).tool_choice;
    expect(choiceOf({ kind: "required" })).toBe("required");
    expect(choiceOf({ kind: "named", name: "f" })).toEqual({ type: "function", function: { name: "f" } });
    expect(choiceOf({ kind: "named", name: "c" })).toEqual({ type: "custom", custom: { name: "c" } });
    expect(choiceOf({ kind: "allowed", mode: "auto", names: ["c", "f"] })).toEqual({
      type: "allowed_tools",
      allowed_tools: {
        mode: "auto",
        tools: [
          { type: "custom", custom: { name: "c" } },
          { type: "function", function: { name: "f" } },
        ],
      },
    });
  });

  test("without tools nothing is said of them, unless a call is demanded", () => {
    expect(bodyOf({ toolChoice: { kind: "auto" }, allowsParallelTools: true })).toEqual(bodyOf({}));
    expect(bodyOf({ toolChoice: { kind: "required" } }).tool_choice).toBe("required");
  });

  test("a tool that this dialect's provider runs is given back, another's is lost", () => {
    const value = { type: "browser_search" };
    const own: Tool = { kind: "server", dialect: "openai-chat", name: "browser_search", value };
    const foreign: Tool = { kind: "server", dialect: "anthropic-messages", name: "web_search", value: {} };
    expect(encode({ tools: [own, foreign] })).toMatchObject({
      body: { tools: [value] },
      losses: [meaning("tools.1")],
    });
  });

  test("a hint on a tool is harmless, its extras go back where they stood", () => {
    const extras = { dialect: "openai-chat", fields: { y: 2, "function.x": 1 } } as const;
    expect(encode({ tools: [{ kind: "function", name: "f", cacheHint: {}, extras }] })).toMatchObject({
      body: { tools: [{ type: "function", function: { name: "f", x: 1 }, y: 2 }] },
      losses: [harmless("tools.0.cacheHint")],
    });
  });

  test("an output format is sent", () => {
    expect(bodyOf({ output: { kind: "text" } }).response_format).toEqual({ type: "text" });
    expect(bodyOf({ output: { kind: "json" } }).response_format).toEqual({ type: "json_object" });
    const output = { kind: "json-schema", name: "n", description: "d", schema, isStrict: true } as const;
    expect(bodyOf({ output }).response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "n", description: "d", schema, strict: true },
    });
  });
});

describe("messages", () => {
  test("roles, names and places stay", () => {
    const messages = messagesOf([
      { role: "developer", parts: [text("a")] },
      { role: "user", parts: [text("b"), text("c")], name: "ann" },
      { role: "system", parts: [text("d")], extras: { dialect: "openai-chat", fields: { x: 1 } } },
    ]);
    expect(messages).toEqual([
      { role: "developer", content: "a" },
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "text", text: "c" },
        ],
        name: "ann",
      },
      { role: "system", content: "d", x: 1 },
    ]);
  });

  test("images, audio and files are sent", () => {
    expect(
      contentOf(
        { kind: "image", media: { kind: "url", url: "https://a" }, detail: "high" },
        image,
        { kind: "audio", format: "wav", base64: "AAAA" },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
        { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
      ),
    ).toEqual([
      { type: "image_url", image_url: { url: "https://a", detail: "high" } },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" } },
      { type: "file", file: { file_id: "file-1" } },
    ]);
  });

  test("a file without a name is given one, since OpenAI refuses it without", () => {
    expect(contentOf({ kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" } })).toEqual([
      { type: "file", file: { filename: "file.pdf", file_data: "data:application/pdf;base64,AAAA" } },
    ]);
  });

  test.each<[string, Part]>([
    ["a file at an address", { kind: "file", media: { kind: "url", url: "https://a/b.pdf" } }],
    ["a file stored elsewhere", { kind: "file", media: { kind: "stored", id: "f", origin: "anthropic-messages" } }],
    ["an image stored elsewhere", { kind: "image", media: { kind: "stored", id: "f", origin: "openai-responses" } }],
    ["a part of another dialect", { kind: "foreign", dialect: "gemini", value: {} }],
  ])("%s is a loss of meaning", (_name, part) => {
    expect(lossesOf({ messages: [user(text("a"), part)] })).toEqual([meaning("messages.0.parts.1")]);
  });

  test("a part of this dialect that nobody else knows is given back", () => {
    const value = { type: "video_url", video_url: { url: "https://a" } };
    expect(contentOf({ kind: "foreign", dialect: "openai-chat", value })).toEqual([value]);
  });

  test("a cache hint is harmless, and no loss where OpenAI's own breakpoint goes back", () => {
    const extras = { dialect: "openai-chat", fields: { prompt_cache_breakpoint: { mode: "explicit" } } } as const;
    const parts: readonly Part[] = [
      { ...text("a"), cacheHint: {} },
      { ...text("b"), cacheHint: {}, extras },
    ];
    expect(contentOf(...parts)).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b", prompt_cache_breakpoint: { mode: "explicit" } },
    ]);
    expect(lossesOf({ messages: [user(...parts)] })).toEqual([harmless("messages.0.parts.0.cacheHint")]);
  });
});

describe("an assistant's message", () => {
  const assistant = (...parts: readonly Part[]): Message => ({ role: "assistant", parts });
  const call: Part = { kind: "tool-call", id: "c", name: "f", input: '{"a": 1.0}' };
  const called = { id: "c", type: "function", function: { name: "f", arguments: '{"a": 1.0}' } };

  test("calls are sent to the byte, beside text or with none", () => {
    expect(messagesOf([assistant(text("a"), call)])).toEqual([
      { role: "assistant", content: "a", tool_calls: [called] },
    ]);
    expect(messagesOf([assistant(call)])).toEqual([{ role: "assistant", content: null, tool_calls: [called] }]);
  });

  test("a custom call is sent as custom", () => {
    expect(messagesOf([assistant({ kind: "tool-call", id: "c", name: "g", input: "free", isCustom: true })])).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "custom", custom: { name: "g", input: "free" } }],
      },
    ]);
  });

  test("a refusal is a part of the content, and audio is named", () => {
    expect(messagesOf([assistant({ kind: "refusal", text: "no" })])).toEqual([
      { role: "assistant", content: [{ type: "refusal", refusal: "no" }] },
    ]);
    expect(messagesOf([assistant({ kind: "audio", format: "", base64: "", id: "audio_1" })])).toEqual([
      { role: "assistant", content: null, audio: { id: "audio_1" } },
    ]);
  });

  test("audio without an id, an image and a file are losses of meaning", () => {
    const audio: Part = { kind: "audio", format: "wav", base64: "AAAA" };
    const file: Part = { kind: "file", media: { kind: "data", mediaType: "a/b", base64: "AAAA" } };
    expect(lossesOf({ messages: [assistant(audio, image, file)] })).toEqual([
      meaning("messages.0.parts.0"),
      meaning("messages.0.parts.1"),
      meaning("messages.0.parts.2"),
    ]);
  });

  test("citations and proofs of text are harmless", () => {
    const citations = [{ url: "https://a", original: { dialect: "gemini", value: {} } }] as const;
    const signature = { origin: "gemini", value: "S" } as const;
    expect(lossesOf({ messages: [assistant({ ...text("a"), citations, signature })] })).toEqual([
      harmless("messages.0.parts.0.citations"),
      harmless("messages.0.parts.0.signature"),
    ]);
  });

  describe("thoughts", () => {
    const thought: Part = { kind: "reasoning", form: "full", text: "hm" };
    const foreign: Part = { ...thought, signature: { origin: "anthropic-messages", value: "S" } };
    const withheld: Part = { ...foreign, text: "", isRedacted: true };
    const own: Part = { ...thought, signature: { origin: "openai-chat", value: "S", itemId: "rs_1" } };
    const plain = { role: "assistant", content: "a" };

    test("OpenAI is sent none", () => {
      const messages = [assistant(thought, own, text("a"))];
      expect(messagesOf(messages)).toEqual([plain]);
      expect(lossesOf({ messages })).toEqual([harmless("messages.0.parts.0"), harmless("messages.0.parts.1")]);
    });

    test("who takes them is sent the text, also of another origin, without its proof", () => {
      const messages = [assistant(thought, foreign, withheld, text("a"))];
      expect(messagesOf(messages, { takesReasoning: true })).toEqual([{ ...plain, reasoning_content: "hmhm" }]);
      expect(lossesOf({ messages }, { takesReasoning: true })).toEqual([
        harmless("messages.0.parts.1.signature"),
        harmless("messages.0.parts.2"),
      ]);
    });

    test("proofs go back to where they came from, all thoughts beside them", () => {
      const messages = [assistant(thought, own, text("a"))];
      expect(messagesOf(messages, { takesReasoning: true })).toEqual([
        {
          ...plain,
          reasoning_content: "hmhm",
          reasoning_details: [
            { type: "reasoning.text", text: "hm", index: 0 },
            { type: "reasoning.text", text: "hm", signature: "S", id: "rs_1", index: 1 },
          ],
        },
      ]);
    });

    test("Gemini's proof of a call goes to who takes thoughts, in the field of its compatible service", () => {
      const proven: Part = {
        kind: "tool-call",
        id: "c",
        name: "f",
        input: "{}",
        signature: { origin: "gemini", value: "S" },
      };
      const [taken] = listIn(messagesOf([assistant(proven)], { takesReasoning: true }));
      expect(taken).toMatchObject({ tool_calls: [{ extra_content: { google: { thought_signature: "S" } } }] });
      expect(lossesOf({ messages: [assistant(proven)] })).toEqual([harmless("messages.0.parts.0.signature")]);
    });
  });
});

describe("tool results", () => {
  const results = (...parts: readonly Part[]): Message => ({ role: "tool", parts });
  const result = (callId: string, content: Extract<Part, { kind: "tool-result" }>["content"]) =>
    ({ kind: "tool-result", callId, content }) as const;

  test("each result is a message of its own", () => {
    expect(messagesOf([results(result("c1", [text("one")]), result("c2", [text("two"), text("three")]))])).toEqual([
      { role: "tool", tool_call_id: "c1", content: "one" },
      {
        role: "tool",
        tool_call_id: "c2",
        content: [
          { type: "text", text: "two" },
          { type: "text", text: "three" },
        ],
      },
    ]);
  });

  test("an error is carried as its text, its mark is a harmless loss", () => {
    const failed: Part = { ...result("c1", [text("boom")]), isError: true };
    expect(messagesOf([results(failed)])).toEqual([{ role: "tool", tool_call_id: "c1", content: "boom" }]);
    expect(lossesOf({ messages: [results(failed)] })).toEqual([harmless("messages.0.parts.0.isError")]);
  });

  test("an object that Gemini took as a result is sent as its JSON", () => {
    const structured: Part = { ...result("c1", []), structured: { a: 1 } };
    expect(messagesOf([results(structured)])).toEqual([{ role: "tool", tool_call_id: "c1", content: '{"a":1}' }]);
    expect(messagesOf([results(result("c1", []))])).toEqual([{ role: "tool", tool_call_id: "c1", content: "" }]);
  });

  test("images follow all results of the turn in a message of the user that names their calls", () => {
    const messages = [
      results(result("c1", [text("one"), image]), result("c2", [image])),
      results(result("c3", [text("three")])),
      user(text("next")),
    ];
    const shown = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    expect(messagesOf(messages)).toEqual([
      { role: "tool", tool_call_id: "c1", content: "one" },
      { role: "tool", tool_call_id: "c2", content: "" },
      { role: "tool", tool_call_id: "c3", content: "three" },
      {
        role: "user",
        content: [
          { type: "text", text: "Result of tool call c1:" },
          shown,
          { type: "text", text: "Result of tool call c2:" },
          shown,
        ],
      },
      { role: "user", content: "next" },
    ]);
    expect(lossesOf({ messages })).toEqual([
      harmless("messages.0.parts.0.content.1"),
      harmless("messages.0.parts.1.content.0"),
    ]);
  });

  test("a file in a result that cannot be sent is a loss of meaning", () => {
    const part = result("c1", [{ kind: "file", media: { kind: "url", url: "https://a" } }]);
    expect(encode({ messages: [results(part)] })).toMatchObject({
      body: { messages: [{ role: "tool", tool_call_id: "c1", content: "" }] },
      losses: [meaning("messages.0.parts.0.content.0")],
    });
  });
});
