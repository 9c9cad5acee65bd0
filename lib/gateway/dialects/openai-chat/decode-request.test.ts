import { describe, expect, test } from "vitest";
import type { Json, JsonObject, Part } from "#lib/gateway/conversation";
import { parseExact } from "#lib/gateway/json-exact";
import { objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";

const { decodeRequest } = openAiChatCodec;

const HELLO = [{ role: "user", content: "Hello" }];
const asked = (fields: JsonObject) => decodeRequest({ model: "m", messages: HELLO, ...fields });
const told = (...messages: readonly Json[]) => decodeRequest({ model: "m", messages }).messages;
const userParts = (...content: readonly Json[]) => told({ role: "user", content })[0]?.parts;
const assistantParts = (message: JsonObject) => told({ role: "assistant", ...message })[0]?.parts;
const extras = (fields: JsonObject) => ({ dialect: "openai-chat", fields });
const text = (value: string): Part => ({ kind: "text", text: value });

const refusedAt = (fields: JsonObject): unknown => {
  try {
    asked(fields);
  } catch (thrown) {
    return objectIn(thrown)?.param;
  }
  return "nothing";
};

describe("settings", () => {
  test("each setting is read in its own name", () => {
    const settings = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: -0.2,
      n: 2,
      verbosity: "low",
      service_tier: "flex",
      metadata: { team: "a" },
      prompt_cache_key: "key",
      parallel_tool_calls: false,
      stream: true,
      stream_options: { include_usage: true },
    };
    expect(asked(settings)).toEqual({
      messages: [{ role: "user", parts: [text("Hello")] }],
      tools: [],
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: -0.2,
      choices: 2,
      verbosity: "low",
      serviceTier: "flex",
      metadata: { team: "a" },
      cacheKey: "key",
      allowsParallelTools: false,
    });
  });

  test("null says nothing", () => {
    const silent = { temperature: null, stop: null, tools: null, n: null, logprobs: null, custom_field: null };
    expect(asked(silent)).toEqual(asked({}));
  });

  test.each([
    [{ max_tokens: 5 }, 5],
    [{ max_completion_tokens: 6 }, 6],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 6],
  ])("%j limits the output", (fields, limit) => {
    expect(asked(fields).maxOutputTokens).toBe(limit);
  });

  test("one stop sequence may stand alone, and an empty list is none", () => {
    expect(asked({ stop: "END" }).stop).toEqual(["END"]);
    expect(asked({ stop: ["a", "b"] }).stop).toEqual(["a", "b"]);
    expect(asked({ stop: [] }).stop).toBeUndefined();
  });

  test("log-probabilities are wanted with as many alternatives as said", () => {
    expect(asked({ logprobs: true }).logprobs).toEqual({ top: 0 });
    expect(asked({ logprobs: true, top_logprobs: 3 }).logprobs).toEqual({ top: 3 });
    expect(asked({ logprobs: false }).logprobs).toBeUndefined();
  });

  test.each(["none", "minimal", "low", "medium", "high", "xhigh", "max"])("the effort %s is read", (effort) => {
    expect(asked({ reasoning_effort: effort }).reasoning).toEqual({ effort });
  });

  test("OpenRouter's reasoning object is read: effort, budget, whether it is hidden or enabled", () => {
    expect(asked({ reasoning: { effort: "high" } }).reasoning).toEqual({ effort: "high" });
    expect(asked({ reasoning: { max_tokens: 2_000 } }).reasoning).toEqual({ budgetTokens: 2_000 });
    expect(asked({ reasoning: { exclude: true } }).reasoning).toEqual({ show: "none" });
    expect(asked({ reasoning: { enabled: true } }).reasoning).toEqual({ isAdaptive: true });
    expect(asked({ reasoning: { enabled: false } }).reasoning).toEqual({ effort: "none" });
    expect(asked({ reasoning: {} }).reasoning).toBeUndefined();
  });

  test("a user is named by `safety_identifier` or by `user`; both cannot be said elsewhere", () => {
    expect(asked({ user: "u" }).userId).toBe("u");
    expect(asked({ safety_identifier: "s" }).userId).toBe("s");
    expect(asked({ safety_identifier: "s", user: "u" })).toMatchObject({ userId: "s", extras: extras({ user: "u" }) });
  });

  test("a number is read however it is written", () => {
    const body = `{"messages":[{"role":"user","content":"a"}],"temperature":1e0,"max_tokens":1E3,"seed":9223372036854775807}`;
    const decoded = decodeRequest(objectIn(parseExact(body)) ?? {});
    expect(decoded).toMatchObject({ temperature: 1, maxOutputTokens: 1_000, seed: 2 ** 63 });
  });

  test("a field that is not known is kept as it came", () => {
    const fields = { logit_bias: { "50256": -100 }, web_search_options: {}, continue_final_message: true };
    expect(asked(fields).extras).toEqual(extras(fields));
    expect(asked({ reasoning: { effort: "low", style: "x" } }).extras).toEqual(extras({ "reasoning.style": "x" }));
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: { a: { $ref: "#/$defs/b" } }, $defs: { b: { type: "string" } } };

  test("a function is read with its schema as it was written", () => {
    const named = { name: "f", description: "d", parameters: schema, strict: true };
    expect(asked({ tools: [{ type: "function", function: named }] }).tools).toEqual([
      { kind: "function", name: "f", description: "d", schema, isStrict: true },
    ]);
    expect(asked({ tools: [{ type: "function", function: { name: "g" } }] }).tools).toEqual([
      { kind: "function", name: "g" },
    ]);
  });

  test("a function's cache hint and unknown fields are kept", () => {
    const tool = {
      type: "function",
      function: { name: "f", x: 1 },
      cache_control: { type: "ephemeral", ttl: "1h" },
      y: 2,
    };
    expect(asked({ tools: [tool] }).tools).toEqual([
      { kind: "function", name: "f", cacheHint: { ttl: "1h" }, extras: extras({ y: 2, "function.x": 1 }) },
    ]);
  });

  test("a custom tool and a tool the provider runs are told apart", () => {
    const format = { type: "grammar", grammar: { syntax: "lark", definition: "start: A" } };
    const search = { type: "browser_search", depth: 2 };
    expect(asked({ tools: [{ type: "custom", custom: { name: "c", format } }, search] }).tools).toEqual([
      { kind: "custom", name: "c", format },
      { kind: "server", dialect: "openai-chat", name: "browser_search", value: search },
    ]);
  });

  test("the legacy functions are tools", () => {
    const fields = { functions: [{ name: "f", parameters: schema }], function_call: { name: "f" } };
    expect(asked(fields)).toMatchObject({
      tools: [{ kind: "function", name: "f", schema }],
      toolChoice: { kind: "named", name: "f" },
    });
    expect(asked({ functions: [{ name: "f" }], function_call: "none" }).toolChoice).toEqual({ kind: "none" });
  });

  test.each([
    ["auto", { kind: "auto" }],
    ["none", { kind: "none" }],
    ["required", { kind: "required" }],
    ["any", { kind: "required" }],
    [
      { type: "function", function: { name: "f" } },
      { kind: "named", name: "f" },
    ],
    [
      { type: "custom", custom: { name: "c" } },
      { kind: "named", name: "c" },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [
            { type: "function", function: { name: "f" } },
            { type: "custom", custom: { name: "c" } },
          ],
        },
      },
      { kind: "allowed", mode: "required", names: ["f", "c"] },
    ],
  ])("the choice %j is read", (choice, expected) => {
    expect(asked({ tool_choice: choice }).toolChoice).toEqual(expected);
  });
});

describe("output", () => {
  test("text, JSON and JSON by schema are told apart", () => {
    expect(asked({ response_format: { type: "text" } }).output).toEqual({ kind: "text" });
    expect(asked({ response_format: { type: "json_object" } }).output).toEqual({ kind: "json" });
    const named = { name: "n", description: "d", schema: { type: "object" }, strict: false };
    expect(asked({ response_format: { type: "json_schema", json_schema: named } }).output).toEqual({
      kind: "json-schema",
      name: "n",
      description: "d",
      schema: { type: "object" },
      isStrict: false,
    });
  });

  test("a format that is not OpenAI's is kept as it came", () => {
    const format = { type: "regex", pattern: "a+" };
    expect(asked({ response_format: format })).toMatchObject({ extras: extras({ response_format: format }) });
    expect(asked({ response_format: format }).output).toBeUndefined();
  });
});

describe("messages", () => {
  test("system and developer messages stay what and where they are", () => {
    const messages = told(
      { role: "developer", content: "a" },
      { role: "user", content: "b", name: "ann" },
      { role: "system", content: [{ type: "text", text: "c" }] },
    );
    expect(messages).toEqual([
      { role: "developer", parts: [text("a")] },
      { role: "user", parts: [text("b")], name: "ann" },
      { role: "system", parts: [text("c")] },
    ]);
  });

  test("images are read from data and from an address, with their detail", () => {
    const parts = userParts(
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      { type: "image_url", image_url: "https://a.example/c.png" },
    );
    expect(parts).toEqual([
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" }, detail: "low" },
      { kind: "image", media: { kind: "url", url: "https://a.example/b.png" } },
      { kind: "image", media: { kind: "url", url: "https://a.example/c.png" } },
    ]);
  });

  test("audio and files are read", () => {
    const parts = userParts(
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_data: "https://a.example/b.pdf" } },
    );
    expect(parts).toEqual([
      { kind: "audio", format: "wav", base64: "AAAA" },
      { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
      { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
      { kind: "file", media: { kind: "url", url: "https://a.example/b.pdf" } },
    ]);
  });

  test("a part of another type is kept as it came", () => {
    const video = { type: "video_url", video_url: { url: "https://a.example/b.mp4" } };
    expect(userParts(video)).toEqual([{ kind: "foreign", dialect: "openai-chat", value: video }]);
  });

  test("cache hints are read from Anthropic's field and from OpenAI's breakpoint, which is kept besides", () => {
    const breakpoint = { mode: "explicit", ttl: "12h" };
    const parts = userParts(
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
      { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "5m" } },
      { type: "text", text: "c", prompt_cache_breakpoint: breakpoint },
    );
    expect(parts).toEqual([
      { kind: "text", text: "a", cacheHint: {} },
      { kind: "text", text: "b", cacheHint: { ttl: "5m" } },
      { kind: "text", text: "c", cacheHint: {}, extras: extras({ prompt_cache_breakpoint: breakpoint }) },
    ]);
  });

  test("unknown fields of messages, parts and calls are kept where they stood", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}", parsed_arguments: {} }, z: 3 };
    const [user, assistant] = told(
      { role: "user", content: [{ type: "image_url", image_url: { url: "https://a.example", x: 1 }, y: 2 }] },
      { role: "assistant", content: "a", tool_calls: [call], prefix: true },
    );
    expect(user?.parts[0]).toMatchObject({ extras: extras({ y: 2, "image_url.x": 1 }) });
    expect(assistant).toMatchObject({ extras: extras({ prefix: true }) });
    expect(assistant?.parts[1]).toMatchObject({ extras: extras({ z: 3, "function.parsed_arguments": {} }) });
  });
});

describe("an assistant's message", () => {
  test("content, refusal, audio and calls become parts in this order", () => {
    const parts = assistantParts({
      content: "a",
      refusal: "no",
      audio: { id: "audio_1" },
      tool_calls: [
        { id: "c1", type: "function", function: { name: "f", arguments: '{"big":12345678901234567890}' } },
        { id: "c2", type: "custom", custom: { name: "g", input: "free text" } },
      ],
    });
    expect(parts).toEqual([
      text("a"),
      { kind: "refusal", text: "no" },
      { kind: "audio", format: "", base64: "", id: "audio_1" },
      { kind: "tool-call", id: "c1", name: "f", input: '{"big":12345678901234567890}' },
      { kind: "tool-call", id: "c2", name: "g", input: "free text", isCustom: true },
    ]);
  });

  test("an answer may be given back as it came: nulls and empty text say nothing", () => {
    const calls = [{ id: "c", type: "function", function: { name: "f", arguments: "" } }];
    const message = { content: "", refusal: null, annotations: [], audio: null, function_call: null, parsed: null };
    expect(told({ role: "assistant", ...message, tool_calls: calls })).toEqual([
      { role: "assistant", parts: [{ kind: "tool-call", id: "c", name: "f", input: "" }] },
    ]);
  });

  test("refusal and thinking parts of a list are read", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "a" },
      { type: "refusal", refusal: "no" },
    ];
    expect(assistantParts({ content })).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("a"),
      { kind: "refusal", text: "no" },
    ]);
  });

  test("citations are read onto the text", () => {
    const citation = {
      type: "url_citation",
      url_citation: { url: "https://a", title: "A", start_index: 0, end_index: 1 },
    };
    expect(assistantParts({ content: "a", annotations: [citation] })).toEqual([
      {
        kind: "text",
        text: "a",
        citations: [
          { url: "https://a", title: "A", start: 0, end: 1, original: { dialect: "openai-chat", value: citation } },
        ],
      },
    ]);
  });

  test("Gemini's proof of a call is read raw, another's from its mark", () => {
    const proven = (proof: string) => ({
      id: "c",
      type: "function",
      function: { name: "f", arguments: "{}" },
      extra_content: { google: { thought_signature: proof } },
    });
    expect(assistantParts({ tool_calls: [proven("AAA="), proven("sy1.anthropic-messages..BBB=")] })).toMatchObject([
      { signature: { origin: "gemini", value: "AAA=" } },
      { signature: { origin: "anthropic-messages", value: "BBB=" } },
    ]);
  });

  test("plain thoughts are read under either name", () => {
    const thought = { kind: "reasoning", form: "full", text: "hm" };
    expect(assistantParts({ content: "a", reasoning_content: "hm" })).toEqual([thought, text("a")]);
    expect(assistantParts({ content: "a", reasoning: "hm" })).toEqual([thought, text("a")]);
  });

  test("detailed thoughts count for more than plain ones, which say the same again", () => {
    const details = [
      { type: "reasoning.summary", summary: "short", index: 0 },
      { type: "reasoning.text", text: "long", signature: "S=", id: "rs_1", index: 1 },
      { type: "reasoning.encrypted", data: "sy1.openai-responses.cnNfMg.E=", index: 2 },
    ];
    expect(assistantParts({ content: "a", reasoning_content: "shortlong", reasoning_details: details })).toEqual([
      { kind: "reasoning", form: "summary", text: "short" },
      {
        kind: "reasoning",
        form: "full",
        text: "long",
        signature: { origin: "openai-chat", value: "S=", itemId: "rs_1" },
      },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "openai-responses", value: "E=", itemId: "rs_2" },
      },
      text("a"),
    ]);
  });

  test("a proof kept without its text finds it in the plain thoughts", () => {
    const details = [{ type: "reasoning.text", signature: "S=", index: 0 }];
    expect(assistantParts({ content: "a", reasoning_content: "hm", reasoning_details: details })).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: "openai-chat", value: "S=" } },
      text("a"),
    ]);
  });
});

describe("tool results", () => {
  const call = (id: string, name: string) => ({ id, type: "function", function: { name, arguments: "{}" } });

  test("results of one turn become one message, each with the name of its tool", () => {
    const messages = told(
      { role: "user", content: "a" },
      { role: "assistant", content: null, tool_calls: [call("c1", "f"), call("c2", "g")] },
      { role: "tool", tool_call_id: "c1", content: "one" },
      {
        role: "tool",
        tool_call_id: "c2",
        content: [
          { type: "text", text: "two" },
          { type: "text", text: "three" },
        ],
      },
      { role: "user", content: "b" },
    );
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(messages[2]?.parts).toEqual([
      { kind: "tool-result", callId: "c1", name: "f", content: [text("one")] },
      { kind: "tool-result", callId: "c2", name: "g", content: [text("two"), text("three")] },
    ]);
  });

  test("results of two turns stay apart", () => {
    const messages = told(
      { role: "assistant", tool_calls: [call("c1", "f")] },
      { role: "tool", tool_call_id: "c1", content: "one" },
      { role: "assistant", tool_calls: [call("c1", "g")] },
      { role: "tool", tool_call_id: "c1", content: "two" },
    );
    expect(messages.map(({ role }) => role)).toEqual(["assistant", "tool", "assistant", "tool"]);
    expect(messages[3]?.parts).toMatchObject([{ name: "g" }]);
  });

  test("images and files in a result are read, and so is what calls a result custom", () => {
    const messages = told(
      { role: "assistant", tool_calls: [{ id: "c", type: "custom", custom: { name: "g", input: "x" } }] },
      {
        role: "tool",
        tool_call_id: "c",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "file", file: { file_id: "file-1" } },
        ],
      },
    );
    expect(messages[1]?.parts).toMatchObject([
      { callId: "c", name: "g", isCustom: true, content: [{ kind: "image" }, { kind: "file" }] },
    ]);
  });

  test("a legacy function call and its result find each other", () => {
    const messages = told(
      { role: "user", content: "a" },
      { role: "assistant", content: null, function_call: { name: "f", arguments: '{"a":1}' } },
      { role: "function", name: "f", content: "one" },
    );
    expect(messages.slice(1)).toEqual([
      { role: "assistant", parts: [{ kind: "tool-call", id: "call_function_1", name: "f", input: '{"a":1}' }] },
      { role: "tool", parts: [{ kind: "tool-result", callId: "call_function_1", name: "f", content: [text("one")] }] },
    ]);
  });
});

describe("400: what makes no sense is refused with its path", () => {
  const message = (value: Json) => ({ messages: [value] });
  const user = (part: Json) => message({ role: "user", content: [part] });
  const called = (call: Json) => message({ role: "assistant", tool_calls: [call] });

  test.each<[string, JsonObject]>([
    ["messages", { messages: "Hello" }],
    ["messages", { messages: [] }],
    ["messages.0", message("Hello")],
    ["messages.0.role", message({ role: "narrator", content: "a" })],
    ["messages.0.content", message({ role: "user" })],
    ["messages.0.content", message({ role: "user", content: null })],
    ["messages.0.content", message({ role: "system", content: 1 })],
    ["messages.0.content.0", user("a")],
    ["messages.0.content.0.type", user({ text: "a" })],
    ["messages.0.content.0.text", user({ type: "text", text: 1 })],
    ["messages.0.content.0.image_url", user({ type: "image_url" })],
    ["messages.0.content.0.image_url.url", user({ type: "image_url", image_url: {} })],
    ["messages.0.content.0.image_url.url", user({ type: "image_url", image_url: { url: "data:image/png,AAAA" } })],
    [
      "messages.0.content.0.image_url.detail",
      user({ type: "image_url", image_url: { url: "https://a", detail: "x" } }),
    ],
    ["messages.0.content.0.input_audio.format", user({ type: "input_audio", input_audio: { data: "A" } })],
    ["messages.0.content.0.file.file_data", user({ type: "file", file: { file_data: "AAAA" } })],
    ["messages.0.content.0.type", message({ role: "system", content: [{ type: "image_url" }] })],
    ["messages.0.name", message({ role: "user", content: "a", name: 1 })],
    ["messages.0.refusal", message({ role: "assistant", content: "a", refusal: 1 })],
    ["messages.0.audio.id", message({ role: "assistant", audio: {} })],
    ["messages.0.reasoning_content", message({ role: "assistant", content: "a", reasoning_content: 1 })],
    ["messages.0.reasoning_details", message({ role: "assistant", content: "a", reasoning_details: {} })],
    ["messages.0.tool_calls", message({ role: "assistant", tool_calls: {} })],
    ["messages.0.tool_calls.0.id", called({ type: "function", function: { name: "f", arguments: "" } })],
    ["messages.0.tool_calls.0.type", called({ id: "c", type: "magic" })],
    ["messages.0.tool_calls.0.function.name", called({ id: "c", function: { arguments: "" } })],
    ["messages.0.tool_calls.0.function.arguments", called({ id: "c", function: { name: "f", arguments: {} } })],
    ["messages.0.tool_calls.0.custom.input", called({ id: "c", type: "custom", custom: { name: "f" } })],
    ["messages.0.tool_call_id", message({ role: "tool", content: "a" })],
    ["messages.0.content.0.type", message({ role: "tool", tool_call_id: "c", content: [{ type: "input_audio" }] })],
    ["messages.0.name", message({ role: "function", name: "f", content: "a" })],
    ["tools", { tools: {} }],
    ["tools.0.type", { tools: [{ function: { name: "f" } }] }],
    ["tools.0.function", { tools: [{ type: "function" }] }],
    ["tools.0.function.name", { tools: [{ type: "function", function: {} }] }],
    ["tools.0.function.parameters", { tools: [{ type: "function", function: { name: "f", parameters: "x" } }] }],
    ["tools.0.function.strict", { tools: [{ type: "function", function: { name: "f", strict: 1 } }] }],
    ["tools.0.custom.name", { tools: [{ type: "custom", custom: {} }] }],
    ["functions.0.name", { functions: [{}] }],
    ["function_call", { function_call: "maybe" }],
    ["tool_choice", { tool_choice: "maybe" }],
    ["tool_choice.type", { tool_choice: { type: "magic" } }],
    ["tool_choice.function.name", { tool_choice: { type: "function", function: {} } }],
    ["tool_choice.allowed_tools.mode", { tool_choice: { type: "allowed_tools", allowed_tools: { tools: [] } } }],
    [
      "tool_choice.allowed_tools.tools.0.type",
      { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{}] } } },
    ],
    ["parallel_tool_calls", { parallel_tool_calls: "no" }],
    ["response_format", { response_format: "json" }],
    ["response_format.type", { response_format: {} }],
    ["response_format.json_schema", { response_format: { type: "json_schema" } }],
    ["response_format.json_schema.name", { response_format: { type: "json_schema", json_schema: {} } }],
    ["temperature", { temperature: "hot" }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: 1.5 }],
    ["stop", { stop: 1 }],
    ["stop.1", { stop: ["a", 1] }],
    ["n", { n: 0 }],
    ["n", { n: 129 }],
    ["logprobs", { logprobs: 1 }],
    ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
    ["top_logprobs", { top_logprobs: 1 }],
    ["reasoning_effort", { reasoning_effort: "enormous" }],
    ["reasoning.max_tokens", { reasoning: { max_tokens: -1 } }],
    ["metadata", { metadata: [] }],
    ["user", { user: 1 }],
  ])("%s", (path, fields) => {
    expect(refusedAt(fields)).toBe(path);
  });
});
