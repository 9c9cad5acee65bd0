import { describe, expect, it } from "vitest";
import type { Conversation, Extras, Message, Part, ReasoningRequest, Tool } from "#lib/gateway/conversation";
import { encodeRequest } from "./encode-request.ts";

const dialect = "openai-responses";
const own = (fields: Extras["fields"]): Extras => ({ dialect, fields });
const hello: Message = { role: "user", parts: [{ kind: "text", text: "hello" }] };
const ask = (given: Partial<Conversation> = {}, model = "gpt-5") =>
  encodeRequest(
    { messages: [hello], tools: [], ...given },
    { model, isStream: false, maxOutputTokens: 4096, takesReasoning: false },
  );
const bodyOf = (given: Partial<Conversation>) => ask(given).body;
const inputOf = (...messages: readonly Message[]) => bodyOf({ messages }).input;
const ofUser = (...parts: readonly Part[]) => inputOf({ role: "user", parts });
const ofAssistant = (...parts: readonly Part[]) => inputOf({ role: "assistant", parts });

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

describe("system prompts", () => {
  const system = (...texts: readonly string[]): Message => ({
    role: "system",
    parts: texts.map((text) => ({ kind: "text", text })),
  });

  it("the leading one is the instructions, the others stand in their place", () => {
    const developer: Message = { role: "developer", parts: [{ kind: "text", text: "c" }] };
    const { body, losses } = ask({ messages: [system("a", "b"), hello, developer, system("d")] });
    expect(body.instructions).toBe("a\n\nb");
    expect(body.input).toMatchObject([{ role: "user" }, { role: "developer" }, { role: "system" }]);
    expect(losses).toEqual([]);
  });

  it("one that holds more than text, or that is all there is, is an item", () => {
    const media = { kind: "url", url: "https://a.example/a.png" } as const;
    const pictured: Message = { role: "system", parts: [{ kind: "image", media }] };
    expect(bodyOf({ messages: [pictured, hello] })).toMatchObject({ input: [{ role: "system" }, { role: "user" }] });
    expect(bodyOf({ messages: [pictured, hello] })).not.toHaveProperty("instructions");
    expect(bodyOf({ messages: [system("a")] })).toMatchObject({ input: [{ role: "system" }] });
  });
});

describe("items", () => {
  it("an assistant's turn is its items in their order", () => {
    expect(
      ofAssistant(
        { kind: "text", text: "a" },
        { kind: "refusal", text: "b" },
        { kind: "tool-call", id: "call_1", name: "look", input: '{"n": 1}' },
        { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT", isCustom: true },
        { kind: "tool-call", id: "call_3", name: "spawn", input: "{}", namespace: "agents" },
        { kind: "text", text: "c" },
      ),
    ).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [
          { type: "output_text", text: "a" },
          { type: "refusal", refusal: "b" },
        ],
      },
      { type: "function_call", call_id: "call_1", name: "look", arguments: '{"n": 1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "sql", input: "SELECT" },
      { type: "function_call", call_id: "call_3", name: "spawn", namespace: "agents", arguments: "{}" },
      { type: "message", role: "assistant", content: "c" },
    ]);
  });

  it("results hold texts, images, files, or an object as its text", () => {
    const media = { kind: "url", url: "https://a.example/a" } as const;
    const results: Message = {
      role: "tool",
      parts: [
        { kind: "tool-result", callId: "1", content: [{ kind: "text", text: "a" }] },
        { kind: "tool-result", callId: "2", content: [], isCustom: true },
        { kind: "tool-result", callId: "3", content: [], structured: { a: 1 } },
        {
          kind: "tool-result",
          callId: "4",
          content: [
            { kind: "text", text: "a" },
            { kind: "image", media },
            { kind: "file", media },
          ],
        },
      ],
    };
    expect(inputOf(results)).toEqual([
      { type: "function_call_output", call_id: "1", output: "a" },
      { type: "custom_tool_call_output", call_id: "2", output: "" },
      { type: "function_call_output", call_id: "3", output: '{"a":1}' },
      {
        type: "function_call_output",
        call_id: "4",
        output: [
          { type: "input_text", text: "a" },
          { type: "input_image", image_url: "https://a.example/a", detail: "auto" },
          { type: "input_file", file_url: "https://a.example/a" },
        ],
      },
    ]);
  });

  it("images and files are data, addresses or our own stored files; data has a name", () => {
    const content = (...parts: readonly Part[]) => ofUser(...parts);
    expect(
      content(
        { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" }, detail: "high" },
        { kind: "image", media: { kind: "stored", id: "file-1", origin: dialect } },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" } },
        { kind: "file", media: { kind: "data", mediaType: "text/plain", base64: "AAAA" } },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
        { kind: "file", media: { kind: "stored", id: "file-1", origin: dialect } },
      ),
    ).toMatchObject([
      {
        content: [
          { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" },
          { type: "input_image", file_id: "file-1", detail: "auto" },
          { type: "input_file", file_data: "data:application/pdf;base64,AAAA", filename: "file.pdf" },
          { type: "input_file", file_data: "data:text/plain;base64,AAAA", filename: "file.txt" },
          { type: "input_file", filename: "a.pdf" },
          { type: "input_file", file_id: "file-1" },
        ],
      },
    ]);
  });

  it("citations of our own and of pages go back, others are lost", () => {
    const value = { type: "file_citation", file_id: "file-1", filename: "a", index: 3 };
    const original = { dialect: "anthropic-messages", value: {} } as const;
    const messages: readonly Message[] = [
      {
        role: "assistant",
        parts: [
          {
            kind: "text",
            text: "a",
            citations: [
              { original: { dialect, value } },
              { url: "https://a.example", title: "A", original },
              { citedText: "c", original },
            ],
          },
        ],
      },
    ];
    const { body, losses } = ask({ messages });
    const page = { type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 0 };
    expect(body.input).toMatchObject([{ content: [{ annotations: [value, page] }] }]);
    expect(losses).toEqual([{ field: "messages.0.parts.0.citations", weight: "harmless" }]);
  });

  it("what came in our own dialect goes back with all it bore", () => {
    const drawn: Part = {
      kind: "image",
      media: { kind: "data", mediaType: "image/png", base64: "AAAA" },
      extras: own({ id: "ig_1", status: "completed" }),
    };
    const value = { type: "web_search_call", id: "ws_1" };
    expect(ofAssistant(drawn, { kind: "foreign", dialect, value })).toMatchObject([
      { type: "image_generation_call", id: "ig_1", status: "completed", result: "AAAA" },
      value,
    ]);
    const said: Message = {
      role: "assistant",
      parts: [{ kind: "text", text: "a" }],
      extras: own({ phase: "commentary" }),
    };
    expect(inputOf(said)).toMatchObject([{ type: "message", phase: "commentary" }]);
    const unknown = { type: "input_hologram" };
    expect(ofUser({ kind: "foreign", dialect, value: unknown })).toMatchObject([{ content: [unknown] }]);
  });
});

describe("tools", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const look: Tool = { kind: "function", name: "look", description: "looks", schema };

  it("a function that does not say so is not strict, unless it came in this dialect", () => {
    const tools: readonly Tool[] = [
      look,
      { ...look, isStrict: true },
      { ...look, extras: own({}) },
      { kind: "function", name: "bare", isStrict: false, extras: own({ defer_loading: true }) },
    ];
    const written = { type: "function", name: "look", description: "looks", parameters: schema };
    expect(bodyOf({ tools }).tools).toEqual([
      { ...written, strict: false },
      { ...written, strict: true },
      written,
      {
        type: "function",
        name: "bare",
        parameters: { type: "object", properties: {} },
        strict: false,
        defer_loading: true,
      },
    ]);
  });

  it("custom tools and our own provider's are sent, those of another are a loss of meaning", () => {
    const value = { type: "web_search" };
    const tools: readonly Tool[] = [
      { kind: "custom", name: "sql", description: "d", format: { type: "text" } },
      { kind: "server", dialect, name: "web_search", value },
      { kind: "server", dialect: "gemini", name: "googleSearch", value: {} },
    ];
    const { body, losses } = ask({ tools });
    expect(body.tools).toEqual([{ type: "custom", name: "sql", description: "d", format: { type: "text" } }, value]);
    expect(losses).toEqual([{ field: "tools.2", weight: "meaning" }]);
  });

  it.each([
    [{ kind: "auto" }, "auto"],
    [{ kind: "none" }, "none"],
    [{ kind: "required" }, "required"],
    [
      { kind: "named", name: "look" },
      { type: "function", name: "look" },
    ],
    [
      { kind: "named", name: "sql" },
      { type: "custom", name: "sql" },
    ],
    [
      { kind: "allowed", mode: "auto", names: ["look", "sql"] },
      {
        type: "allowed_tools",
        mode: "auto",
        tools: [
          { type: "function", name: "look" },
          { type: "custom", name: "sql" },
        ],
      },
    ],
  ] satisfies [Conversation["toolChoice"], unknown][])("the choice %j is sent", (toolChoice, written) => {
    expect(bodyOf({ tools: [look, { kind: "custom", name: "sql" }], toolChoice }).tool_choice).toEqual(written);
  });
});

describe("reasoning", () => {
  it.each([
    [
      { effort: "max", show: "concise" },
      { effort: "max", summary: "concise" },
    ],
    [{ effort: "low", budgetTokens: 30_000 }, { effort: "low" }],
    [{ budgetTokens: 0 }, { effort: "none" }],
    [{ budgetTokens: 1024 }, { effort: "minimal" }],
    [{ budgetTokens: 1025 }, { effort: "low" }],
    [{ budgetTokens: 4096 }, { effort: "low" }],
    [{ budgetTokens: 12_288 }, { effort: "medium" }],
    [{ budgetTokens: 12_289 }, { effort: "high" }],
    [{ budgetTokens: -1, show: "auto" }, { summary: "auto" }],
    [{ isAdaptive: true, show: "none" }, undefined],
  ] satisfies [ReasoningRequest, unknown][])("%j is asked for as %j", (reasoning, written) => {
    expect(bodyOf({ reasoning }).reasoning).toEqual(written);
  });

  it("proofs are asked for where the model reasons or has reasoned, and only there", () => {
    const proofs = ["reasoning.encrypted_content"];
    const signature = { origin: dialect, value: "E==" } as const;
    const thought: Part = { kind: "reasoning", form: "summary", text: "hm", signature };
    expect(bodyOf({ reasoning: { effort: "low" } }).include).toEqual(proofs);
    expect(bodyOf({ reasoning: { isAdaptive: true } }).include).toEqual(proofs);
    expect(bodyOf({ messages: [{ role: "assistant", parts: [thought] }] }).include).toEqual(proofs);
    expect(bodyOf({ reasoning: { effort: "none" } })).not.toHaveProperty("include");
    expect(bodyOf({})).not.toHaveProperty("include");
  });

  it("thoughts with our own proof go back without an id, for nothing is stored that it could name", () => {
    const signature = { origin: dialect, value: "E==", itemId: "rs_1" } as const;
    expect(
      ofAssistant(
        { kind: "reasoning", form: "summary", text: "hm", signature },
        { kind: "reasoning", form: "full", text: "all", signature },
        { kind: "reasoning", form: "full", text: "", isRedacted: true, signature },
      ),
    ).toEqual([
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "E==" },
      { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "all" }], encrypted_content: "E==" },
      { type: "reasoning", summary: [], encrypted_content: "E==" },
    ]);
  });
});

describe("cache hints", () => {
  const hinted: Message = { role: "user", parts: [{ kind: "text", text: "a", cacheHint: { ttl: "1h" } }] };

  it("models that take breakpoints are told", () => {
    const system: Message = { ...hinted, role: "system" };
    const result: Part = { kind: "tool-result", callId: "1", content: [{ kind: "text", text: "a", cacheHint: {} }] };
    const { body, losses } = ask({ messages: [system, hinted, { role: "tool", parts: [result] }] }, "gpt-5.6-mini");
    const marked = { type: "input_text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } };
    expect(body.input).toMatchObject([
      { role: "system", content: [marked] },
      { content: [marked] },
      { output: [marked] },
    ]);
    expect(losses).toEqual([]);
  });

  it("others are not, and lose it harmlessly", () => {
    const { body, losses } = ask({ messages: [hinted] });
    expect(body.input).toMatchObject([{ content: [{ type: "input_text", text: "a" }] }]);
    expect(JSON.stringify(body)).not.toContain("breakpoint");
    expect(losses).toEqual([{ field: "messages.0.parts.0.cacheHint", weight: "harmless" }]);
  });

  it("a breakpoint that came in this dialect goes back as it was", () => {
    const mark = { mode: "explicit", ttl: "12h" };
    const part: Part = { kind: "text", text: "a", cacheHint: {}, extras: own({ prompt_cache_breakpoint: mark }) };
    const { body, losses } = ask({ messages: [{ role: "user", parts: [part] }] });
    expect(body.input).toMatchObject([{ content: [{ prompt_cache_breakpoint: mark }] }]);
    expect(losses).toEqual([]);
  });
});

describe("losses", () => {
  const elsewhere = { kind: "stored", id: "f", origin: "gemini" } as const;
  const signature = { origin: "gemini", value: "G==" } as const;

  it.each(["topK", "seed", "presencePenalty", "frequencyPenalty"])("%s is left out harmlessly", (field) => {
    expect(ask({ [field]: 1 }).losses).toEqual([{ field, weight: "harmless" }]);
  });

  it.each([
    ["choices", { choices: 2 }, "meaning"],
    ["serviceTier", { serviceTier: "standard_only" }, "harmless"],
    ["userId", { userId: "u".repeat(129) }, "harmless"],
    ["tools.0.cacheHint", { tools: [{ kind: "function", name: "a", cacheHint: {} }] }, "harmless"],
    ["messages.0.name", { messages: [{ ...hello, name: "ann" }] }, "harmless"],
  ] satisfies [string, Partial<Conversation>, string][])("%s is reported", (field, given, weight) => {
    expect(ask(given).losses).toEqual([{ field, weight }]);
  });

  it("one choice is what there is", () => {
    expect(ask({ choices: 1 }).losses).toEqual([]);
  });

  it.each([
    ["user", { kind: "audio", base64: "", format: "wav" }, { weight: "meaning", at: "" }],
    ["user", { kind: "image", media: elsewhere }, { weight: "meaning", at: "" }],
    ["user", { kind: "file", media: elsewhere }, { weight: "meaning", at: "" }],
    ["user", { kind: "foreign", dialect: "gemini", value: {} }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "image", media: { kind: "url", url: "u" } }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "file", media: { kind: "url", url: "u" } }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "reasoning", form: "full", text: "a", signature }, { weight: "harmless", at: "" }],
    ["assistant", { kind: "reasoning", form: "full", text: "a" }, { weight: "harmless", at: "" }],
    ["assistant", { kind: "text", text: "a", signature }, { weight: "harmless", at: ".signature" }],
    [
      "assistant",
      { kind: "tool-call", id: "1", name: "n", input: "", signature },
      { weight: "harmless", at: ".signature" },
    ],
    ["assistant", { kind: "text", text: "a", cacheHint: {} }, { weight: "harmless", at: ".cacheHint" }],
    ["tool", { kind: "tool-result", callId: "1", content: [], isError: true }, { weight: "harmless", at: ".isError" }],
    [
      "tool",
      { kind: "tool-result", callId: "1", content: [{ kind: "image", media: elsewhere }] },
      { weight: "meaning", at: ".content.0" },
    ],
  ] satisfies [Message["role"], Part, { weight: string; at: string }][])(
    "of %s: %j is a loss: %j",
    (role, part, { weight, at }) => {
      const { losses, body } = ask({ messages: [hello, { role, parts: [part] }] });
      expect(losses).toEqual([{ field: `messages.1.parts.0${at}`, weight }]);
      expect(JSON.stringify(body)).not.toContain("gemini");
    },
  );
});
