import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeRequest } from "./decode-request.ts";

const BODY: JsonObject = { model: "claude-opus-5", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
const OWN = "anthropic-messages";

const decode = (more: JsonObject) => decodeRequest({ ...BODY, ...more });
const messagesOf = (...turns: readonly JsonObject[]) => decode({ messages: turns }).messages;
const partOf = (block: JsonObject, role = "user"): Part | undefined =>
  messagesOf({ role, content: [block] })[0]?.parts[0];
const exact = (text: string) => objectIn(parseExact(text)) ?? {};
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("what the request says as a whole", () => {
  test("a plain request holds what was said and nothing else", () => {
    expect(decodeRequest(BODY)).toEqual({
      messages: [{ role: "user", parts: [{ kind: "text", text: "Hi" }] }],
      tools: [],
      maxOutputTokens: 100,
    });
  });

  test("every simple field has its place", () => {
    const body = {
      stream: true,
      stop_sequences: ["a", "b"],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      metadata: { user_id: "u1" },
      service_tier: "standard_only",
    };
    expect(decode(body)).toMatchObject({
      stop: ["a", "b"],
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      userId: "u1",
      serviceTier: "default",
      extras: undefined,
    });
    expect(decode({ service_tier: "auto" }).serviceTier).toBe("auto");
  });

  test("a field that is null was not said", () => {
    const nulls = [
      "system",
      "tools",
      "tool_choice",
      "thinking",
      "output_config",
      "temperature",
      "metadata",
      "container",
    ];
    expect(decode(Object.fromEntries(nulls.map((name) => [name, null])))).toEqual(decodeRequest(BODY));
  });

  test("a number kept as its text is a number all the same", () => {
    const text = '{"max_tokens":10,"temperature":0.12345678901234567,"messages":[{"role":"user","content":"x"}]}';
    const body = exact(text);
    expect(typeof body.temperature).toBe("object");
    expect(decodeRequest(body).temperature).toBeCloseTo(0.12345678);
  });

  test("fields without a place are kept as extras, members of known fields too", () => {
    const body = {
      container: "c1",
      cache_control: { type: "ephemeral" },
      metadata: { user_id: "u1", team: "t" },
      thinking: { type: "adaptive", depth: 3 },
      output_config: { effort: "low", task_budget: { total: 5 } },
      tool_choice: { type: "auto", hint: "x" },
    };
    expect(decode(body).extras).toEqual({
      dialect: OWN,
      fields: {
        container: "c1",
        cache_control: { type: "ephemeral" },
        metadata: { team: "t" },
        thinking: { depth: 3 },
        output_config: { task_budget: { total: 5 } },
        tool_choice: { hint: "x" },
      },
    });
  });
});

describe("system prompts", () => {
  test("a string, and blocks with cache hints, stand before all turns", () => {
    expect(decode({ system: "Be brief." }).messages[0]).toEqual({
      role: "system",
      parts: [{ kind: "text", text: "Be brief." }],
    });
    const system = [
      { type: "text", text: "a" },
      { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } },
    ];
    expect(decode({ system }).messages[0]).toEqual({
      role: "system",
      parts: [
        { kind: "text", text: "a" },
        { kind: "text", text: "b", cacheHint: { ttl: "1h" } },
      ],
    });
  });

  test("an empty one is none", () => {
    expect(decode({ system: "" }).messages).toHaveLength(1);
    expect(decode({ system: [] }).messages).toHaveLength(1);
  });

  test("one given on the way stays where it stands, as a turn or as a block", () => {
    const instruction = { role: "system", parts: [{ kind: "text", text: "Now in French." }] };
    const user = { role: "user", content: "Hi" };
    expect(messagesOf(user, { role: "system", content: "Now in French." })[1]).toEqual(instruction);
    const block = { type: "mid_conv_system", content: [{ type: "text", text: "Now in French." }] };
    expect(messagesOf({ role: "user", content: [{ type: "text", text: "Hi" }, block] })).toEqual([
      { role: "user", parts: [{ kind: "text", text: "Hi" }] },
      instruction,
    ]);
  });
});

describe("turns", () => {
  test("results of tools become a message of their own, before what the user says", () => {
    const content = [
      { type: "text", text: "And?" },
      { type: "tool_result", tool_use_id: "t1", content: "3" },
      { type: "tool_result", tool_use_id: "t2", is_error: true },
    ];
    expect(messagesOf({ role: "user", content })).toEqual([
      {
        role: "tool",
        parts: [
          { kind: "tool-result", callId: "t1", content: [{ kind: "text", text: "3" }] },
          { kind: "tool-result", callId: "t2", content: [], isError: true },
        ],
      },
      { role: "user", parts: [{ kind: "text", text: "And?" }] },
    ]);
  });

  test("a result holds text, images and documents", () => {
    const content = [
      { type: "text", text: "seen" },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
      { type: "document", source: { type: "url", url: "https://a.test/x.pdf" } },
    ];
    expect(partOf({ type: "tool_result", tool_use_id: "t1", content, cache_control: { type: "ephemeral" } })).toEqual({
      kind: "tool-result",
      callId: "t1",
      content: [
        { kind: "text", text: "seen" },
        { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AA==" } },
        { kind: "file", media: { kind: "url", url: "https://a.test/x.pdf" } },
      ],
      cacheHint: {},
    });
  });

  test("a result that holds what no other dialect has is kept whole beside what they have", () => {
    const content = [
      { type: "text", text: "found" },
      { type: "tool_reference", tool_name: "x" },
    ];
    expect(partOf({ type: "tool_result", tool_use_id: "t1", content })).toEqual({
      kind: "tool-result",
      callId: "t1",
      content: [{ kind: "text", text: "found" }],
      extras: { dialect: OWN, fields: { content } },
    });
  });

  test("a call's input becomes its JSON text, with numbers to the digit", () => {
    const block = exact('{"type":"tool_use","id":"t1","name":"f","input":{"id":12345678901234567890,"x":1.5}}');
    expect(partOf(block, "assistant")).toEqual({
      kind: "tool-call",
      id: "t1",
      name: "f",
      input: '{"id":12345678901234567890,"x":1.5}',
    });
    expect(partOf({ type: "tool_use", id: "t1", name: "f" }, "assistant")).toMatchObject({ input: "{}" });
  });

  test("fields of a call without a place are kept", () => {
    const block = { type: "tool_use", id: "t1", name: "f", input: {}, caller: { type: "direct" } };
    expect(partOf(block, "assistant")).toMatchObject({ extras: { fields: { caller: { type: "direct" } } } });
  });

  test("an empty turn stays a turn", () => {
    expect(messagesOf({ role: "user", content: [] })).toEqual([{ role: "user", parts: [] }]);
  });
});

describe("images and documents", () => {
  test.each([
    [
      { type: "base64", media_type: "image/png", data: "AA==" },
      { kind: "data", mediaType: "image/png", base64: "AA==" },
    ],
    [
      { type: "url", url: "https://a.test/a.png" },
      { kind: "url", url: "https://a.test/a.png" },
    ],
    [
      { type: "file", file_id: "file_1" },
      { kind: "stored", id: "file_1", origin: OWN },
    ],
  ])("an image from %o", (source, media) => {
    expect(partOf({ type: "image", source })).toEqual({ kind: "image", media });
  });

  test.each([
    [
      { type: "base64", media_type: "application/pdf", data: "AA==" },
      { kind: "data", mediaType: "application/pdf", base64: "AA==" },
    ],
    [
      { type: "url", url: "https://a.test/a.pdf" },
      { kind: "url", url: "https://a.test/a.pdf" },
    ],
    [
      { type: "file", file_id: "file_1" },
      { kind: "stored", id: "file_1", origin: OWN },
    ],
    [
      { type: "text", media_type: "text/plain", data: "héllo" },
      { kind: "data", mediaType: "text/plain", base64: base64("héllo") },
    ],
  ])("a document from %o", (source, media) => {
    expect(partOf({ type: "document", source, title: "A" })).toEqual({ kind: "file", media, filename: "A" });
  });

  test("a document's context and citations are kept, and its hint", () => {
    const source = { type: "url", url: "https://a.test/a.pdf" };
    const more = { context: "old", citations: { enabled: true }, cache_control: { type: "ephemeral", ttl: "5m" } };
    expect(partOf({ type: "document", source, ...more })).toMatchObject({
      cacheHint: { ttl: "5m" },
      extras: { dialect: OWN, fields: { context: "old", citations: { enabled: true } } },
    });
    expect(partOf({ type: "document", source, citations: { enabled: false } })).toMatchObject({ extras: undefined });
  });

  test.each([
    [
      "blocks",
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      "a\nb",
    ],
    ["a string", "ab", "ab"],
  ])("a document composed of %s reads as one text, and is kept as it was", (_of, content, text) => {
    const source = { type: "content", content };
    expect(partOf({ type: "document", source })).toEqual({
      kind: "file",
      media: { kind: "data", mediaType: "text/plain", base64: base64(text) },
      extras: { dialect: OWN, fields: { source } },
    });
  });

  test.each([
    { type: "document", source: { type: "content", content: [{ type: "image", source: {} }] } },
    { type: "image", source: { type: "hologram" } },
    { type: "search_result", source: "https://a.test", title: "A", content: [] },
    { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } },
    { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
    { type: "container_upload", file_id: "file_1" },
  ])("%o has no like elsewhere and is kept as it is", (block) => {
    expect(partOf(block)).toEqual({ kind: "foreign", dialect: OWN, value: block });
  });
});

describe("citations, thoughts and cache hints", () => {
  test("a citation is read, and kept as it was", () => {
    const found = {
      type: "web_search_result_location",
      url: "https://a.test",
      title: "A",
      cited_text: "x",
      encrypted_index: "e",
    };
    const page = { type: "page_location", document_title: "B", cited_text: "y", start_page_number: 1 };
    const search = { type: "search_result_location", source: "https://s.test", title: "S", cited_text: "z" };
    const block = { type: "text", text: "t", citations: [found, page, search] };
    expect(partOf(block, "assistant")).toMatchObject({
      citations: [
        { url: "https://a.test", title: "A", citedText: "x", original: { dialect: OWN, value: found } },
        { title: "B", citedText: "y", original: { dialect: OWN, value: page } },
        { url: "https://s.test", title: "S", citedText: "z", original: { dialect: OWN, value: search } },
      ],
    });
  });

  test("thoughts keep their proof; an empty one is none", () => {
    const thinking = { type: "thinking", thinking: "hm" };
    const own = { origin: OWN, value: "sig==" };
    expect(partOf({ ...thinking, signature: "sig==" }, "assistant")).toEqual({
      kind: "reasoning",
      form: "full",
      text: "hm",
      signature: own,
    });
    expect(partOf({ ...thinking, signature: "" }, "assistant")).toMatchObject({ text: "hm", signature: undefined });
    expect(partOf({ type: "redacted_thinking", data: "sig==" }, "assistant")).toEqual({
      kind: "reasoning",
      form: "full",
      text: "",
      isRedacted: true,
      signature: own,
    });
  });

  test("a proof of another origin that we wrapped comes out as it was", () => {
    const wrapped = { type: "redacted_thinking", data: "sy1.gemini..abc==" };
    expect(partOf(wrapped, "assistant")).toMatchObject({ signature: { origin: "gemini", value: "abc==" } });
    const item = { type: "thinking", thinking: "hm", signature: "sy1.openai-responses.cnNfMQ.enc" };
    expect(partOf(item, "assistant")).toMatchObject({
      signature: { origin: "openai-responses", value: "enc", itemId: "rs_1" },
    });
  });

  test("a cache control with more than we know goes back whole", () => {
    const control = { type: "ephemeral", scope: "global" };
    expect(partOf({ type: "text", text: "t", cache_control: control })).toEqual({
      kind: "text",
      text: "t",
      cacheHint: {},
      extras: { dialect: OWN, fields: { cache_control: control } },
    });
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };

  test("a caller's tool, with all it may say", () => {
    const tool = {
      type: "custom",
      name: "f",
      description: "does",
      input_schema: schema,
      strict: true,
      cache_control: { type: "ephemeral" },
      input_examples: [{ a: "b" }],
    };
    expect(decode({ tools: [tool] }).tools).toEqual([
      {
        kind: "function",
        name: "f",
        description: "does",
        schema,
        isStrict: true,
        cacheHint: {},
        extras: { dialect: OWN, fields: { input_examples: [{ a: "b" }] } },
      },
    ]);
  });

  test("a tool the provider knows by its type is kept as it is, named or not", () => {
    const search = { type: "web_search_20250305", name: "web_search", max_uses: 3 };
    const servers = { type: "mcp_toolset", mcp_server_name: "m" };
    expect(decode({ tools: [search, servers] }).tools).toEqual([
      { kind: "server", dialect: OWN, name: "web_search", value: search },
      { kind: "server", dialect: OWN, name: "mcp_toolset", value: servers },
    ]);
  });

  test.each([
    [{ type: "auto" }, { kind: "auto" }],
    [{ type: "any" }, { kind: "required" }],
    [{ type: "none" }, { kind: "none" }],
    [
      { type: "tool", name: "f" },
      { kind: "named", name: "f" },
    ],
  ])("%o is a choice", (choice, toolChoice) => {
    expect(decode({ tool_choice: choice })).toMatchObject({ toolChoice, allowsParallelTools: undefined });
    const single = { ...choice, disable_parallel_tool_use: true };
    expect(decode({ tool_choice: single })).toMatchObject({ toolChoice, allowsParallelTools: false });
    const several = { ...choice, disable_parallel_tool_use: false };
    expect(decode({ tool_choice: several })).toMatchObject({ toolChoice, allowsParallelTools: true });
  });
});

describe("output and thinking", () => {
  const format = { type: "json_schema", schema: { type: "object" } };
  const output = { kind: "json-schema", name: "output", schema: { type: "object" }, isStrict: true };

  test("a schema is read from its place and from the old one", () => {
    expect(decode({ output_config: { format } }).output).toEqual(output);
    expect(decode({ output_format: format }).output).toEqual(output);
    expect(decode({ output_format: format }).extras).toBeUndefined();
  });

  test.each([
    [{ thinking: { type: "enabled", budget_tokens: 2_000 } }, { budgetTokens: 2_000 }],
    [
      { thinking: { type: "enabled", budget_tokens: 2_000, display: "omitted" }, output_config: { effort: "low" } },
      { budgetTokens: 2_000, effort: "low", show: "none" },
    ],
    [{ thinking: { type: "adaptive" } }, { isAdaptive: true }],
    [
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "xhigh" } },
      { isAdaptive: true, effort: "xhigh", show: "auto" },
    ],
    [{ thinking: { type: "adaptive", display: "updates" } }, { isAdaptive: true, show: "auto" }],
    [{ thinking: { type: "disabled" } }, { effort: "none" }],
    [{ thinking: { type: "between_tools" } }, { effort: "none" }],
    [{ output_config: { effort: "max" } }, { effort: "max" }],
  ])("%o asks for %o", (body, reasoning) => {
    expect(decode(body).reasoning).toEqual(reasoning);
  });
});

describe("400: what is wrong is named by its path", () => {
  const user = (...blocks: readonly JsonObject[]) => ({ messages: [{ role: "user", content: blocks }] });

  const refused = (body: JsonObject): AppError => {
    try {
      decodeRequest(body);
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown;
    }
    throw new Error("was not refused");
  };

  test.each(["max_tokens", "messages"])("%s is required", (name) => {
    const { [name]: _left, ...rest } = BODY;
    expect(refused(rest)).toMatchObject({ code: "missing_field", param: name });
    expect(refused({ ...BODY, [name]: null })).toMatchObject({ code: "missing_field", param: name });
  });

  test.each<[JsonObject, string]>([
    [{ max_tokens: "5" }, "max_tokens"],
    [{ max_tokens: 1.5 }, "max_tokens"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ messages: [] }, "messages"],
    [{ messages: "Hi" }, "messages"],
    [{ messages: ["Hi"] }, "messages.0"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages.0.role"],
    [{ messages: [{ role: "user" }] }, "messages.0.content"],
    [
      {
        messages: [
          { role: "user", content: "x" },
          { role: "assistant", content: 5 },
        ],
      },
      "messages.1.content",
    ],
    [{ messages: [{ role: "system", content: [{ type: "image" }] }] }, "messages.0.content.0.type"],
    [user({}), "messages.0.content.0.type"],
    [user({ type: "text", text: 5 }), "messages.0.content.0.text"],
    [user({ type: "text", text: "a", citations: [5] }), "messages.0.content.0.citations.0"],
    [user({ type: "text", text: "a", cache_control: { type: "forever" } }), "messages.0.content.0.cache_control.type"],
    [
      user({ type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1d" } }),
      "messages.0.content.0.cache_control.ttl",
    ],
    [user({ type: "image" }), "messages.0.content.0.source"],
    [user({ type: "image", source: { type: "base64", data: "A" } }), "messages.0.content.0.source.media_type"],
    [user({ type: "document", source: { type: "text", data: 1 } }), "messages.0.content.0.source.data"],
    [user({ type: "document", title: 1, source: { type: "url", url: "u" } }), "messages.0.content.0.title"],
    [user({ type: "tool_result" }), "messages.0.content.0.tool_use_id"],
    [
      user({ type: "tool_result", tool_use_id: "t", content: [{ type: "text" }] }),
      "messages.0.content.0.content.0.text",
    ],
    [user({ type: "tool_result", tool_use_id: "t", is_error: "yes" }), "messages.0.content.0.is_error"],
    [user({ type: "tool_use", id: "t", name: "f", input: "{}" }), "messages.0.content.0.input"],
    [user({ type: "thinking", thinking: 1 }), "messages.0.content.0.thinking"],
    [user({ type: "redacted_thinking" }), "messages.0.content.0.data"],
    [{ system: 5 }, "system"],
    [{ system: [{ type: "image" }] }, "system.0.type"],
    [{ system: [{ type: "text" }] }, "system.0.text"],
    [{ tools: {} }, "tools"],
    [{ tools: [{ input_schema: {} }] }, "tools.0.name"],
    [{ tools: [{ name: "f" }] }, "tools.0.input_schema"],
    [{ tools: [{ name: "f", input_schema: {}, strict: 1 }] }, "tools.0.strict"],
    [{ tool_choice: "auto" }, "tool_choice"],
    [{ tool_choice: { type: "some" } }, "tool_choice.type"],
    [{ tool_choice: { type: "tool" } }, "tool_choice.name"],
    [{ tool_choice: { type: "auto", disable_parallel_tool_use: "no" } }, "tool_choice.disable_parallel_tool_use"],
    [{ thinking: true }, "thinking"],
    [{ thinking: { type: "deep" } }, "thinking.type"],
    [{ thinking: { type: "enabled" } }, "thinking.budget_tokens"],
    [{ thinking: { type: "adaptive", display: "full" } }, "thinking.display"],
    [{ output_config: { effort: "huge" } }, "output_config.effort"],
    [{ output_config: { format: { type: "json" } } }, "output_config.format.type"],
    [{ output_format: { type: "json_schema" } }, "output_format.schema"],
    [{ stop_sequences: "a" }, "stop_sequences"],
    [{ stop_sequences: ["a", 1] }, "stop_sequences.1"],
    [{ temperature: "hot" }, "temperature"],
    [{ top_p: [] }, "top_p"],
    [{ top_k: { rawJSON: "x" } }, "top_k"],
    [{ metadata: "u" }, "metadata"],
    [{ metadata: { user_id: 7 } }, "metadata.user_id"],
    [{ service_tier: 1 }, "service_tier"],
  ])("%o", (more, param) => {
    expect(refused({ ...BODY, ...more })).toMatchObject({ code: "invalid_field", param, status: 400 });
  });
});
