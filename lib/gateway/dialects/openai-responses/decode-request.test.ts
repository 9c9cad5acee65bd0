import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeRequest } from "./decode-request.ts";

const dialect = "openai-responses";
const ask = (fields: JsonObject) => decodeRequest({ model: "gpt-5", input: "hello", ...fields });
const messagesOf = (...items: readonly Json[]) => ask({ input: items }).messages;
const said = (text: string) => [{ kind: "text", text }];
const ofUser = (...content: readonly Json[]) => messagesOf({ role: "user", content })[0]?.parts;

describe("input", () => {
  it("a text is the user's message", () => {
    expect(ask({}).messages).toEqual([{ role: "user", parts: said("hello") }]);
  });

  it("instructions are the first system message", () => {
    const { messages } = ask({ instructions: "be brief" });
    expect(messages).toEqual([
      { role: "system", parts: said("be brief") },
      { role: "user", parts: said("hello") },
    ]);
  });

  it.each(["user", "assistant", "system", "developer"])("a message of %s needs neither type nor a list", (role) => {
    expect(messagesOf({ role, content: "hi" })).toEqual([{ role, parts: said("hi") }]);
    expect(messagesOf({ type: "message", role, content: "hi" })).toEqual([{ role, parts: said("hi") }]);
  });

  it("messages of users stay apart, those of an assistant's turn become one with its thoughts and calls", () => {
    const messages = messagesOf(
      { role: "user", content: "a" },
      { role: "user", content: "b" },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "E==" },
      {
        type: "message",
        role: "assistant",
        id: "msg_1",
        status: "completed",
        content: [{ type: "output_text", text: "c" }],
      },
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: '{"at": 1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "sql", input: "SELECT 1" },
      { type: "function_call", call_id: "call_3", namespace: "agents", name: "spawn", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "seen" },
      { type: "custom_tool_call_output", call_id: "call_2", output: "1" },
      { role: "user", content: "d" },
    );
    expect(messages).toEqual([
      { role: "user", parts: said("a") },
      { role: "user", parts: said("b") },
      {
        role: "assistant",
        parts: [
          {
            kind: "reasoning",
            form: "summary",
            text: "hm",
            signature: { origin: dialect, value: "E==", itemId: "rs_1" },
          },
          { kind: "text", text: "c" },
          { kind: "tool-call", id: "call_1", name: "look", input: '{"at": 1}' },
          { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT 1", isCustom: true },
          { kind: "tool-call", id: "call_3", name: "spawn", input: "{}", namespace: "agents" },
        ],
      },
      {
        role: "tool",
        parts: [
          { kind: "tool-result", callId: "call_1", content: said("seen") },
          { kind: "tool-result", callId: "call_2", content: said("1"), isCustom: true },
        ],
      },
      { role: "user", parts: said("d") },
    ]);
  });

  it("messages of an assistant that are marked otherwise stay apart", () => {
    const messages = messagesOf(
      { role: "assistant", content: "let me look", phase: "commentary" },
      { role: "assistant", content: "and there", phase: "commentary" },
      { role: "assistant", content: "done", phase: "final_answer" },
    );
    expect(messages).toEqual([
      {
        role: "assistant",
        parts: [...said("let me look"), ...said("and there")],
        extras: { dialect, fields: { phase: "commentary" } },
      },
      { role: "assistant", parts: said("done"), extras: { dialect, fields: { phase: "final_answer" } } },
    ]);
  });

  it("input may be missing only where something else stands for it", () => {
    expect(() => ask({ input: undefined })).toThrow(expect.objectContaining({ code: "missing_field", param: "input" }));
    expect(ask({ input: undefined, prompt: { id: "pmpt_1" } }).messages).toEqual([]);
    expect(ask({ input: null, previous_response_id: "resp_1" }).messages).toEqual([]);
  });

  it("items of the provider's own tools come through as they are", () => {
    const search = { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search" } };
    const shell = { type: "shell_call_output", call_id: "call_1", output: [] };
    const reference = { type: "item_reference", id: "msg_1" };
    expect(messagesOf(search, shell, { type: "mcp_approval_response", approve: true }, reference)).toEqual([
      { role: "assistant", parts: [{ kind: "foreign", dialect, value: search }] },
      {
        role: "tool",
        parts: [
          { kind: "foreign", dialect, value: shell },
          { kind: "foreign", dialect, value: { type: "mcp_approval_response", approve: true } },
        ],
      },
      { role: "assistant", parts: [{ kind: "foreign", dialect, value: reference }] },
    ]);
  });
});

describe("thoughts", () => {
  const thoughts = (item: JsonObject) => messagesOf({ type: "reasoning", ...item })[0]?.parts;

  it("paragraphs of one item are one text, full thoughts apart from their summary", () => {
    const summary = [
      { type: "summary_text", text: "a" },
      { type: "summary_text", text: "b" },
    ];
    expect(thoughts({ summary, content: [{ type: "reasoning_text", text: "c" }] })).toEqual([
      { kind: "reasoning", form: "summary", text: "a\n\nb" },
      { kind: "reasoning", form: "full", text: "c" },
    ]);
  });

  it("a proof alone is a withheld thought, wherever it comes from", () => {
    expect(thoughts({ summary: [], encrypted_content: "E==" })).toEqual([
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: dialect, value: "E==" } },
    ]);
    expect(thoughts({ id: "rs_9", summary: [], encrypted_content: "sy1.gemini..G==" })).toEqual([
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: "gemini", value: "G==" } },
    ]);
  });

  it("an item that says nothing is none", () => {
    expect(messagesOf({ type: "reasoning", id: "rs_1", summary: [] }, { role: "user", content: "a" })).toEqual([
      { role: "user", parts: said("a") },
    ]);
  });
});

describe("content", () => {
  it("images are data, addresses or stored files", () => {
    const image = (media: object, more = {}) => ({ kind: "image", media, ...more });
    expect(
      ofUser(
        { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "low" },
        { type: "input_image", image_url: "https://example.com/a.png" },
        { type: "input_image", file_id: "file-1" },
        { type: "input_image", image_url: "data:image/svg+xml,<svg/>" },
      ),
    ).toEqual([
      image({ kind: "data", mediaType: "image/png", base64: "AAAA" }, { detail: "low" }),
      image({ kind: "url", url: "https://example.com/a.png" }),
      image({ kind: "stored", id: "file-1", origin: dialect }),
      image({ kind: "url", url: "data:image/svg+xml,<svg/>" }),
    ]);
  });

  it("files are data, addresses or stored files", () => {
    const file = (media: object, more = {}) => ({ kind: "file", media, ...more });
    expect(
      ofUser(
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" },
        { type: "input_file", file_data: "JVBERi0x" },
        { type: "input_file", file_data: "AAAA" },
        { type: "input_file", file_url: "https://example.com/a.pdf" },
        { type: "input_file", file_id: "file-1" },
      ),
    ).toEqual([
      file({ kind: "data", mediaType: "application/pdf", base64: "AAAA" }, { filename: "a.pdf" }),
      file({ kind: "data", mediaType: "application/pdf", base64: "JVBERi0x" }),
      file({ kind: "data", mediaType: "application/octet-stream", base64: "AAAA" }),
      file({ kind: "url", url: "https://example.com/a.pdf" }),
      file({ kind: "stored", id: "file-1", origin: dialect }),
    ]);
  });

  it("sound, refusals and citations have their parts", () => {
    const annotation = { type: "url_citation", url: "https://a.example", title: "A", start_index: 1, end_index: 4 };
    expect(ofUser({ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } })).toEqual([
      { kind: "audio", base64: "AAAA", format: "wav" },
    ]);
    const content = [
      { type: "output_text", text: "see A", annotations: [annotation], logprobs: [] },
      { type: "refusal", refusal: "no" },
    ];
    expect(messagesOf({ role: "assistant", content })[0]?.parts).toEqual([
      {
        kind: "text",
        text: "see A",
        citations: [
          { url: "https://a.example", title: "A", start: 1, end: 4, original: { dialect, value: annotation } },
        ],
      },
      { kind: "refusal", text: "no" },
    ]);
  });

  it("a cache breakpoint is a hint, and stays as it was for its own dialect", () => {
    const mark = { mode: "explicit", ttl: "12h" };
    expect(ofUser({ type: "input_text", text: "a", prompt_cache_breakpoint: mark, odd: null })).toEqual([
      { kind: "text", text: "a", cacheHint: {}, extras: { dialect, fields: { prompt_cache_breakpoint: mark } } },
    ]);
  });

  it("parts of a user that we do not know come through as they are", () => {
    const value = { type: "input_hologram", depth: 3 };
    expect(ofUser(value)).toEqual([{ kind: "foreign", dialect, value }]);
  });

  it("what a tool gave back may hold images and files", () => {
    const output = [
      { type: "input_text", text: "see" },
      { type: "input_image", image_url: "data:image/png;base64,AAAA" },
      { type: "input_file", file_id: "file-1" },
    ];
    const [message] = messagesOf({ type: "function_call_output", call_id: "call_1", output, name: "look" });
    expect(message?.parts).toEqual([
      {
        kind: "tool-result",
        callId: "call_1",
        name: "look",
        content: [
          { kind: "text", text: "see" },
          { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
          { kind: "file", media: { kind: "stored", id: "file-1", origin: dialect } },
        ],
      },
    ]);
    expect(messagesOf({ type: "function_call_output", call_id: "call_1", output: "" })[0]?.parts).toEqual([
      { kind: "tool-result", callId: "call_1", content: [] },
    ]);
  });

  it("an image that the model has drawn is an image of the assistant", () => {
    const item = {
      type: "image_generation_call",
      id: "ig_1",
      status: "completed",
      result: "AAAA",
      output_format: "webp",
    };
    expect(messagesOf(item)[0]?.parts).toEqual([
      {
        kind: "image",
        media: { kind: "data", mediaType: "image/webp", base64: "AAAA" },
        extras: { dialect, fields: { id: "ig_1", status: "completed", output_format: "webp" } },
      },
    ]);
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: {} };

  it("functions, custom tools and the provider's own are told apart", () => {
    const format = { type: "grammar", syntax: "lark", definition: "start: /a/" };
    const tools = [
      { type: "function", name: "look", description: "looks", parameters: schema, strict: true },
      { type: "custom", name: "sql", description: "asks", format },
      { type: "web_search", search_context_size: "low" },
      { type: "custom", name: "odd", defer_loading: true },
    ];
    expect(ask({ tools }).tools).toEqual([
      { kind: "function", name: "look", description: "looks", schema, isStrict: true },
      { kind: "custom", name: "sql", description: "asks", format },
      { kind: "server", dialect, name: "web_search", value: tools[2] },
      { kind: "server", dialect, name: "custom", value: tools[3] },
    ]);
  });

  it("a function that does not say whether it is strict keeps this dialect's default, and what we do not know", () => {
    const tools = [
      { type: "function", name: "a", parameters: null, description: null, strict: null },
      { type: "function", name: "b", strict: false, defer_loading: true },
    ];
    expect(ask({ tools }).tools).toEqual([
      { kind: "function", name: "a", extras: { dialect, fields: {} } },
      { kind: "function", name: "b", isStrict: false, extras: { dialect, fields: { defer_loading: true } } },
    ]);
  });

  it.each([
    ["auto", { kind: "auto" }],
    ["none", { kind: "none" }],
    ["required", { kind: "required" }],
    [
      { type: "function", name: "look" },
      { kind: "named", name: "look" },
    ],
    [
      { type: "custom", name: "sql" },
      { kind: "named", name: "sql" },
    ],
    [
      { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "look" }] },
      { kind: "allowed", mode: "required", names: ["look"] },
    ],
  ] satisfies [Json, object][])("the choice %j is carried", (tool_choice, toolChoice) => {
    expect(ask({ tool_choice }).toolChoice).toEqual(toolChoice);
  });

  it.each([{ type: "web_search_preview" }, { type: "allowed_tools", mode: "auto", tools: [{ type: "web_search" }] }])(
    "the choice %j of a tool of the provider stays as it is",
    (tool_choice) => {
      expect(ask({ tool_choice })).toMatchObject({ extras: { dialect, fields: { tool_choice } } });
      expect(ask({ tool_choice }).toolChoice).toBeUndefined();
    },
  );
});

describe("settings", () => {
  it("every setting has its place", () => {
    const schema = { type: "object", properties: {} };
    const conversation = ask({
      parallel_tool_calls: false,
      text: { format: { type: "json_schema", name: "out", schema, strict: true, description: "d" }, verbosity: "low" },
      reasoning: { effort: "xhigh", summary: "detailed" },
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      include: ["message.output_text.logprobs"],
      metadata: { a: "b" },
      safety_identifier: "u1",
      prompt_cache_key: "k",
      service_tier: "flex",
      stream: true,
    });
    expect(conversation).toEqual({
      messages: [{ role: "user", parts: said("hello") }],
      tools: [],
      allowsParallelTools: false,
      output: { kind: "json-schema", name: "out", schema, isStrict: true, description: "d" },
      verbosity: "low",
      reasoning: { effort: "xhigh", show: "detailed" },
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 3 },
      metadata: { a: "b" },
      userId: "u1",
      cacheKey: "k",
      serviceTier: "flex",
    });
  });

  it("what is not said is not there, and null says nothing", () => {
    const silent = { messages: [{ role: "user", parts: said("hello") }], tools: [] };
    expect(ask({})).toEqual(silent);
    const nulls = [
      "instructions",
      "tools",
      "tool_choice",
      "text",
      "reasoning",
      "temperature",
      "metadata",
      "conversation",
    ];
    expect(ask(Object.fromEntries(nulls.map((name) => [name, null])))).toEqual(silent);
    expect(ask({ background: false })).toEqual(silent);
  });

  it.each([
    [{ type: "text" }, { kind: "text" }],
    [{ type: "json_object" }, { kind: "json" }],
  ])("the format %j is carried", (format, output) => {
    expect(ask({ text: { format } }).output).toEqual(output);
  });

  it("the older names of a user and of a summary are read", () => {
    expect(ask({ user: "u2", reasoning: { generate_summary: "auto" } })).toMatchObject({
      userId: "u2",
      reasoning: { show: "auto" },
    });
    expect(ask({ user: "u2", safety_identifier: "u1" })).toMatchObject({
      userId: "u1",
      extras: { fields: { user: "u2" } },
    });
  });

  it("log-probabilities are asked for by the include alone", () => {
    expect(ask({ include: ["message.output_text.logprobs"] }).logprobs).toEqual({ top: 0 });
    expect(ask({ top_logprobs: 2 })).toMatchObject({ extras: { dialect, fields: { top_logprobs: 2 } } });
    expect(ask({ top_logprobs: 2 }).logprobs).toBeUndefined();
  });

  it("what is kept between calls is the gateway's own business", () => {
    expect(ask({ store: true, previous_response_id: "resp_1" }).extras).toBeUndefined();
  });

  it("what has no place elsewhere stays as it is", () => {
    const fields = {
      background: true,
      truncation: "auto",
      conversation: "conv_1",
      prompt: { id: "pmpt_1" },
      include: ["web_search_call.results"],
      text: { density: 2 },
      reasoning: { context: "all_turns" },
      frequency_penalty: 1,
    };
    expect(ask(fields).extras).toEqual({ dialect, fields });
  });

  it("a number that was written with a point is a number", () => {
    const body = parseExact('{"input":"1e5","temperature":1.0,"max_output_tokens":64.0,"top_p":1e-1}');
    expect(decodeRequest(objectIn(body) ?? {})).toMatchObject({ temperature: 1, maxOutputTokens: 64, topP: 0.1 });
  });
});

describe("400: a wrong field is refused by its path", () => {
  const message = (content: Json) => ({ input: [{ role: "user", content }] });
  const call = { type: "function_call", call_id: "c", name: "n", arguments: "{}" };
  const result = { type: "function_call_output", call_id: "c", output: "" };

  it.each([
    ["input", { input: 5 }],
    ["input.0", { input: ["hello"] }],
    ["input.0.type", { input: [{ type: 5 }] }],
    ["input.0.role", { input: [{ role: "tool", content: "a" }] }],
    ["input.0.content", { input: [{ role: "user" }] }],
    ["input.0.content.0", message(["a"])],
    ["input.0.content.0.type", message([{ text: "a" }])],
    ["input.0.content.0.text", message([{ type: "input_text" }])],
    ["input.0.content.0.refusal", message([{ type: "refusal" }])],
    ["input.0.content.0.image_url", message([{ type: "input_image" }])],
    ["input.0.content.0.detail", message([{ type: "input_image", file_id: "f", detail: "huge" }])],
    ["input.0.content.0.file_data", message([{ type: "input_file" }])],
    ["input.0.content.0.filename", message([{ type: "input_file", file_id: "f", filename: 5 }])],
    ["input.0.content.0.input_audio.format", message([{ type: "input_audio", input_audio: { data: "" } }])],
    ["input.0.content.0.annotations.0", message([{ type: "output_text", text: "", annotations: ["a"] }])],
    ["input.0.content.0.type", { input: [{ role: "assistant", content: [{ type: "thought" }] }] }],
    ["input.0.summary", { input: [{ type: "reasoning", summary: "a" }] }],
    ["input.0.encrypted_content", { input: [{ type: "reasoning", encrypted_content: 5 }] }],
    ["input.0.call_id", { input: [{ ...call, call_id: null }] }],
    ["input.0.name", { input: [{ ...call, name: 5 }] }],
    ["input.0.arguments", { input: [{ ...call, arguments: {} }] }],
    ["input.0.input", { input: [{ ...call, type: "custom_tool_call" }] }],
    ["input.0.call_id", { input: [{ ...result, call_id: 5 }] }],
    ["input.0.output", { input: [{ ...result, output: 5 }] }],
    ["input.0.output.0.type", { input: [{ ...result, output: [{ type: "refusal", refusal: "" }] }] }],
    ["instructions", { instructions: ["a"] }],
    ["tools", { tools: {} }],
    ["tools.0", { tools: ["a"] }],
    ["tools.0.type", { tools: [{}] }],
    ["tools.0.name", { tools: [{ type: "function" }] }],
    ["tools.0.description", { tools: [{ type: "function", name: "n", description: 5 }] }],
    ["tools.0.parameters", { tools: [{ type: "function", name: "n", parameters: "a" }] }],
    ["tools.0.strict", { tools: [{ type: "function", name: "n", strict: "yes" }] }],
    ["tools.0.name", { tools: [{ type: "custom" }] }],
    ["tools.0.format", { tools: [{ type: "custom", name: "n", format: "text" }] }],
    ["tool_choice", { tool_choice: "any" }],
    ["tool_choice.type", { tool_choice: {} }],
    ["tool_choice.name", { tool_choice: { type: "function" } }],
    ["tool_choice.tools", { tool_choice: { type: "allowed_tools", mode: "auto" } }],
    ["tool_choice.mode", { tool_choice: { type: "allowed_tools", tools: [] } }],
    ["parallel_tool_calls", { parallel_tool_calls: "no" }],
    ["text", { text: "plain" }],
    ["text.format", { text: { format: "json" } }],
    ["text.format.type", { text: { format: { type: "xml" } } }],
    ["text.format.name", { text: { format: { type: "json_schema", schema: {} } } }],
    ["text.format.schema", { text: { format: { type: "json_schema", name: "n" } } }],
    ["text.format.strict", { text: { format: { type: "json_schema", name: "n", schema: {}, strict: 1 } } }],
    ["text.verbosity", { text: { verbosity: 5 } }],
    ["reasoning", { reasoning: "high" }],
    ["reasoning.effort", { reasoning: { effort: "huge" } }],
    ["reasoning.summary", { reasoning: { summary: "long" } }],
    ["max_output_tokens", { max_output_tokens: "5" }],
    ["max_output_tokens", { max_output_tokens: 1.5 }],
    ["top_logprobs", { top_logprobs: -1 }],
    ["top_logprobs", { top_logprobs: 21 }],
    ["temperature", { temperature: "hot" }],
    ["top_p", { top_p: {} }],
    ["include", { include: "all" }],
    ["metadata", { metadata: [] }],
    ["user", { user: 5 }],
    ["safety_identifier", { safety_identifier: 5 }],
    ["prompt_cache_key", { prompt_cache_key: 5 }],
    ["service_tier", { service_tier: 5 }],
  ] satisfies [string, JsonObject][])("%s of %j", (param, fields) => {
    expect(() => ask(fields)).toThrow(expect.objectContaining({ code: "invalid_field", status: 400, param }));
  });
});
