import { describe, expect, test } from "vitest";
import type { Conversation, Message, Part, Tool, ToolChoice } from "#lib/gateway/conversation";
import { decodeRequest } from "./decode-request.ts";
import { encodeRequest } from "./encode-request.ts";
import { targetOf } from "./fixtures/wire.ts";

const OWN = "anthropic-messages";
const USER: Message = { role: "user", parts: [{ kind: "text", text: "Hi" }] };
const PLAIN: Conversation = { messages: [USER], tools: [] };
const MODEL = "claude-sonnet-4-5";

const encode = (more: Partial<Conversation>, model = MODEL) => encodeRequest({ ...PLAIN, ...more }, targetOf(model));
const encodeParts = (role: Message["role"], ...parts: readonly Part[]) => encode({ messages: [USER, { role, parts }] });
const contentOf = (role: Message["role"], ...parts: readonly Part[]) => {
  const { body, losses } = encode({ messages: [{ role, parts }] });
  return { messages: body.messages, losses };
};
const harmless = (...fields: readonly string[]) => fields.map((field) => ({ field, weight: "harmless" }));
const meaning = (...fields: readonly string[]) => fields.map((field) => ({ field, weight: "meaning" }));
const text = (value: string): Part => ({ kind: "text", text: value });

describe("what an upstream is told", () => {
  test("a plain request names model, limit and messages, and no default besides", () => {
    expect(encode({})).toEqual({
      body: {
        model: MODEL,
        max_tokens: 4_096,
        messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
      },
      losses: [],
    });
  });

  test("a stream is asked for where it is wanted", () => {
    expect(encodeRequest(PLAIN, { ...targetOf(MODEL), isStream: true }).body.stream).toBe(true);
  });

  test("every simple field is said in its word", () => {
    const { body, losses } = encode(
      { maxOutputTokens: 9, temperature: 0.2, topK: 5, stop: ["x"], userId: "u", serviceTier: "auto" },
      "claude-3-7-sonnet",
    );
    expect(losses).toEqual([]);
    expect(body).toMatchObject({
      max_tokens: 9,
      temperature: 0.2,
      top_k: 5,
      stop_sequences: ["x"],
      metadata: { user_id: "u" },
      service_tier: "auto",
    });
    expect(encode({ serviceTier: "default" }).body.service_tier).toBe("standard_only");
  });

  test("extras of this dialect come back to the byte, those of others are left to the gateway", () => {
    const body = {
      model: MODEL,
      max_tokens: 5,
      container: "c1",
      metadata: { user_id: "u1", team: "t" },
      tools: [{ name: "f", input_schema: { type: "object" }, input_examples: [{}] }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a", cache_control: { type: "ephemeral", scope: "global" } },
            { type: "document", source: { type: "content", content: [{ type: "text", text: "b" }] }, context: "c" },
            { type: "image", source: { type: "file", file_id: "f1" }, cache_control: { type: "ephemeral", ttl: "1h" } },
            { type: "search_result", source: "https://a.test", title: "A", content: [] },
          ],
        },
        {
          role: "assistant",
          content: [{ type: "tool_use", id: "t1", name: "f", input: {}, caller: { type: "direct" } }],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: [{ type: "tool_reference", tool_name: "f" }] },
            { type: "text", text: "d" },
          ],
        },
      ],
    };
    expect(encodeRequest(decodeRequest(body), targetOf(MODEL))).toEqual({ body, losses: [] });
    expect(encode({ extras: { dialect: "gemini", fields: { safetySettings: [] } } })).toEqual(encode({}));
  });

  test("what has no word here is reported by name, and by what losing it means", () => {
    const more = {
      seed: 1,
      presencePenalty: 1,
      frequencyPenalty: 1,
      verbosity: "low",
      metadata: { a: 1 },
      cacheKey: "k",
      serviceTier: "flex",
      choices: 2,
      logprobs: { top: 0 },
    };
    const { losses, body } = encode(more);
    expect(new Set(losses)).toEqual(
      new Set([
        ...harmless("seed", "presencePenalty", "frequencyPenalty", "verbosity", "metadata", "cacheKey", "serviceTier"),
        ...meaning("choices", "logprobs"),
      ]),
    );
    expect(body).toEqual(encode({}).body);
    expect(encode({ choices: 1 }).losses).toEqual([]);
  });

  test.each(["ann@example.com", "+49 30 1234567"])(
    "a user id like %s is refused by the API, so it is left out",
    (userId) => {
      expect(encode({ userId })).toEqual({ body: encode({}).body, losses: harmless("userId") });
    },
  );

  test("a stop sequence without a visible character is refused by the API, so it is left out and reported", () => {
    expect(encode({ stop: ["\n", "END"] })).toMatchObject({
      body: { stop_sequences: ["END"] },
      losses: meaning("stop"),
    });
    expect(encode({ stop: ["\n"] }).body.stop_sequences).toBeUndefined();
  });
});

describe("system prompts and turns", () => {
  const system = (value: string, role: "system" | "developer" = "system"): Message => ({ role, parts: [text(value)] });

  test("one plain prompt is a string; several, or one with a hint, are blocks", () => {
    expect(encode({ messages: [system("a"), USER] }).body.system).toBe("a");
    expect(encode({ messages: [system("a"), system("b", "developer"), USER] }).body.system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    const hinted: Message = { role: "system", parts: [{ kind: "text", text: "a", cacheHint: {} }] };
    expect(encode({ messages: [hinted, USER] }).body.system).toEqual([
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
    ]);
  });

  test("instructions given on the way move to the beginning, which is reported", () => {
    const messages = [system("a"), USER, system("b", "developer"), USER];
    const { body, losses } = encode({ messages });
    expect(losses).toEqual(harmless("messages.2"));
    expect(body.system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "text", text: "Hi" },
        ],
      },
    ]);
  });

  test("an image in a system prompt cannot be said", () => {
    const message: Message = { role: "system", parts: [{ kind: "image", media: { kind: "url", url: "u" } }] };
    expect(encode({ messages: [message, USER] }).losses).toEqual(meaning("messages.0.parts.0"));
  });

  test("a system prompt alone is asked as the user's", () => {
    expect(encode({ messages: [system("a")] })).toEqual({
      body: { model: MODEL, max_tokens: 4_096, messages: [{ role: "user", content: [{ type: "text", text: "a" }] }] },
      losses: harmless("messages.0.role"),
    });
  });

  test("results and what the user says join in one turn, results first", () => {
    const call: Part = { kind: "tool-call", id: "t1", name: "f", input: "{}" };
    const result: Part = { kind: "tool-result", callId: "t1", content: [] };
    const messages: readonly Message[] = [
      USER,
      { role: "assistant", parts: [call] },
      USER,
      { role: "tool", parts: [result] },
      { role: "assistant", parts: [text("ok")] },
      { role: "assistant", parts: [text("then")] },
    ];
    expect(encode({ messages }).body.messages).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "tool_use" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1" }, { type: "text" }] },
      { role: "assistant", content: [{ text: "ok" }, { text: "then" }] },
    ]);
  });

  test("a participant's name is lost, harmlessly", () => {
    expect(encode({ messages: [{ ...USER, name: "Ann" }] }).losses).toEqual(harmless("messages.0.name"));
  });

  test("text that cannot be seen is left out, and a turn of nothing else with it", () => {
    const messages: readonly Message[] = [
      USER,
      { role: "assistant", parts: [text("")] },
      { role: "user", parts: [text(" ")] },
    ];
    expect(encode({ messages })).toEqual({ body: encode({}).body, losses: harmless("messages.2.parts.0") });
  });

  test("a turn of the model at the end passes, for it to go on", () => {
    const { body, losses } = encodeParts("assistant", text("The answer is"));
    expect(losses).toEqual([]);
    expect(body.messages).toMatchObject([{ role: "user" }, { role: "assistant" }]);
  });
});

describe("parts", () => {
  test.each<[Part, object]>([
    [
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AA==" } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
    ],
    [
      { kind: "image", media: { kind: "data", mediaType: "image/jpg", base64: "AA==" } },
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AA==" } },
    ],
    [
      { kind: "image", media: { kind: "url", url: "https://a.test/a.png" } },
      { type: "image", source: { type: "url", url: "https://a.test/a.png" } },
    ],
    [
      { kind: "file", media: { kind: "stored", id: "f1", origin: OWN } },
      { type: "document", source: { type: "file", file_id: "f1" } },
    ],
    [
      { kind: "file", filename: "a.pdf", media: { kind: "data", mediaType: "application/pdf", base64: "AA==" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA==" }, title: "a.pdf" },
    ],
    [
      {
        kind: "file",
        media: { kind: "data", mediaType: "text/csv", base64: Buffer.from("\ufeffa;é").toString("base64") },
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "\ufeffa;é" } },
    ],
    [
      {
        kind: "file",
        media: { kind: "data", mediaType: "application/json", base64: Buffer.from("{}").toString("base64") },
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "{}" } },
    ],
  ])("%o is said as it is", (part, block) => {
    expect(contentOf("user", part)).toEqual({ messages: [{ role: "user", content: [block] }], losses: [] });
  });

  test.each<[string, Part]>([
    ["an image stored elsewhere", { kind: "image", media: { kind: "stored", id: "f", origin: "gemini" } }],
    ["a file stored elsewhere", { kind: "file", media: { kind: "stored", id: "f", origin: "openai-chat" } }],
    [
      "a file of a format it does not take",
      { kind: "file", media: { kind: "data", mediaType: "application/zip", base64: "AA==" } },
    ],
    ["text that is not UTF-8", { kind: "file", media: { kind: "data", mediaType: "text/plain", base64: "/w==" } }],
    ["sound", { kind: "audio", format: "mp3", base64: "AA==" }],
    ["an item of another dialect", { kind: "foreign", dialect: "gemini", value: {} }],
  ])("%s changes the meaning", (_what, part) => {
    const { body, losses } = encodeParts("user", text("a"), part);
    expect(losses).toEqual(meaning("messages.1.parts.1"));
    expect(JSON.stringify(body)).not.toContain("AA==");
  });

  test("media in the model's own turns change the meaning", () => {
    const image: Part = { kind: "image", media: { kind: "url", url: "u" } };
    expect(encodeParts("assistant", image).losses).toEqual(meaning("messages.1.parts.0"));
  });

  test("how closely to look at an image is lost, harmlessly", () => {
    const media = { kind: "url", url: "u" } as const;
    expect(contentOf("user", { kind: "image", media, detail: "high" }).losses).toEqual(
      harmless("messages.0.parts.0.detail"),
    );
    expect(contentOf("user", { kind: "image", media }).losses).toEqual([]);
  });

  test("a refusal is said as text", () => {
    expect(encodeParts("assistant", { kind: "refusal", text: "No." }).body.messages).toMatchObject([
      {},
      { content: [{ type: "text", text: "No." }] },
    ]);
  });

  test("our own citations go back, others are lost harmlessly", () => {
    const own = { type: "char_location", cited_text: "x" };
    const value = { type: "web_search_result_location", url: "https://a.test", encrypted_index: "" };
    const part: Part = {
      kind: "text",
      text: "t",
      citations: [
        { original: { dialect: OWN, value: own } },
        { url: "https://a.test", original: { dialect: "gemini", value: {} } },
        { url: "https://a.test", original: { dialect: OWN, value } },
      ],
    };
    expect(encodeParts("assistant", part)).toMatchObject({
      body: { messages: [{}, { content: [{ type: "text", text: "t", citations: [own] }] }] },
      losses: harmless("messages.1.parts.0.citations"),
    });
  });

  test("an id the API would refuse is coded the same for call and result, and different ids stay different", () => {
    const ids = ["functions.f:0", "functions_f:0", "call_1"];
    const calls = ids.map((id): Part => ({ kind: "tool-call", id, name: "f", input: "" }));
    const results = ids.map((callId): Part => ({ kind: "tool-result", callId, content: [] }));
    const { body } = encode({
      messages: [USER, { role: "assistant", parts: calls }, { role: "tool", parts: results }],
    });
    const written = JSON.stringify(body.messages);
    const [called, answered] = ["id", "tool_use_id"].map((name) =>
      [...written.matchAll(new RegExp(`"${name}":"([^"]*)"`, "g"))].map((match) => match[1]),
    );
    expect(called).toEqual(answered);
    expect(new Set(called).size).toBe(3);
    expect(called?.every((id) => /^[a-zA-Z0-9_-]+$/.test(id ?? ""))).toBe(true);
    expect(called?.[2]).toBe("call_1");
  });

  test("a call's input keeps every digit, and no text is an empty object", () => {
    const calls: readonly Part[] = [
      { kind: "tool-call", id: "a", name: "f", input: '{"id":12345678901234567890,"x":1.5}' },
      { kind: "tool-call", id: "b", name: "f", input: "" },
    ];
    const written = JSON.stringify(encodeParts("assistant", ...calls).body);
    expect(written).toContain('"input":{"id":12345678901234567890,"x":1.5}');
    expect(written).toContain('"input":{}');
  });

  test.each(["{", "5", "[1]", '"a"'])("400: a call whose input is %s", (input) => {
    const call: Part = { kind: "tool-call", id: "a", name: "f", input };
    expect(() => encodeParts("assistant", call)).toThrow(
      expect.objectContaining({ code: "invalid_field", param: "messages.1.parts.0.input" }),
    );
  });

  test("a result tells its content, its failure and its hint; an object as its JSON text", () => {
    const part: Part = {
      kind: "tool-result",
      callId: "t",
      content: [
        { kind: "text", text: "a" },
        { kind: "image", media: { kind: "url", url: "u" } },
        { kind: "file", media: { kind: "stored", id: "f", origin: "gemini" } },
      ],
      isError: true,
      cacheHint: { ttl: "1h" },
    };
    expect(contentOf("tool", part)).toEqual({
      messages: [
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t",
              content: [
                { type: "text", text: "a" },
                { type: "image", source: { type: "url", url: "u" } },
              ],
              is_error: true,
              cache_control: { type: "ephemeral", ttl: "1h" },
            },
          ],
        },
      ],
      losses: meaning("messages.0.parts.0.content.2"),
    });
    const structured: Part = { kind: "tool-result", callId: "t", content: [], structured: { a: 1 } };
    expect(contentOf("tool", structured).messages).toMatchObject([{ content: [{ content: [{ text: '{"a":1}' }] }] }]);
  });

  test("thoughts go back only with the API's own proof", () => {
    const thought = { kind: "reasoning", form: "full", text: "hm" } as const;
    const own = { origin: OWN, value: "s" } as const;
    const parts: readonly Part[] = [
      { ...thought, signature: own },
      { ...thought, text: "", isRedacted: true, signature: own },
      { ...thought, text: "", signature: own },
      { ...thought, signature: { origin: "gemini", value: "g" } },
      thought,
    ];
    expect(encodeParts("assistant", ...parts)).toMatchObject({
      body: {
        messages: [
          {},
          {
            content: [
              { type: "thinking", thinking: "hm", signature: "s" },
              { type: "redacted_thinking", data: "s" },
              { type: "thinking", thinking: "", signature: "s" },
            ],
          },
        ],
      },
      losses: harmless("messages.1.parts.3", "messages.1.parts.4"),
    });
  });

  test("a proof on a text or a call is lost, harmlessly", () => {
    const signature = { origin: "gemini", value: "g" } as const;
    const parts: readonly Part[] = [
      { kind: "text", text: "a", signature },
      { kind: "tool-call", id: "t", name: "f", input: "{}", signature },
    ];
    expect(encodeParts("assistant", ...parts).losses).toEqual(
      harmless("messages.1.parts.0.signature", "messages.1.parts.1.signature"),
    );
  });
});

describe("tools", () => {
  const tool = (name: string): Tool => ({ kind: "function", name, schema: { type: "object" } });
  const tools = [tool("f"), tool("g")];

  test("a tool says all it has, its schema as the caller wrote it", () => {
    const schema = { type: "object", $defs: { a: { anyOf: [] } }, "x-own": 1 };
    const said: Tool = { kind: "function", name: "f", description: "d", schema, isStrict: true, cacheHint: {} };
    expect(encode({ tools: [said] }).body.tools).toEqual([
      { name: "f", description: "d", input_schema: schema, strict: true, cache_control: { type: "ephemeral" } },
    ]);
  });

  test("a tool that takes nothing has the schema the API wants", () => {
    expect(encode({ tools: [{ kind: "function", name: "f" }] }).body.tools).toEqual([
      { name: "f", input_schema: { type: "object" } },
    ]);
    expect(encode({ tools: [{ kind: "function", name: "f", schema: {} }] }).body.tools).toEqual([
      { name: "f", input_schema: { type: "object" } },
    ]);
  });

  test("strictness is lost on models before it, harmlessly", () => {
    const strict: Tool = { ...tool("f"), kind: "function", isStrict: true };
    const { body, losses } = encode({ tools: [strict] }, "claude-sonnet-4-20250514");
    expect(JSON.stringify(body)).not.toContain("strict");
    expect(losses).toEqual(harmless("tools.0.isStrict"));
  });

  test("the provider's own tools go as they are; those of others change the meaning", () => {
    const own: Tool = { kind: "server", dialect: OWN, name: "web_search", value: { type: "web_search_20250305" } };
    const other: Tool = { kind: "server", dialect: "gemini", name: "google_search", value: {} };
    const custom: Tool = { kind: "custom", name: "c" };
    const { body, losses } = encode({ tools: [own, other, custom] });
    expect(body.tools).toEqual([{ type: "web_search_20250305" }]);
    expect(losses).toEqual(meaning("tools.1", "tools.2"));
  });

  test.each<[ToolChoice | undefined, boolean | undefined, object | undefined]>([
    [undefined, undefined, undefined],
    [undefined, true, undefined],
    [undefined, false, { type: "auto", disable_parallel_tool_use: true }],
    [{ kind: "auto" }, undefined, { type: "auto" }],
    [{ kind: "auto" }, true, { type: "auto", disable_parallel_tool_use: false }],
    [{ kind: "required" }, false, { type: "any", disable_parallel_tool_use: true }],
    [{ kind: "named", name: "f" }, false, { type: "tool", name: "f", disable_parallel_tool_use: true }],
    [{ kind: "none" }, false, { type: "none" }],
  ])("the choice %o with several at once %o is %o", (toolChoice, allowsParallelTools, written) => {
    const { body, losses } = encode({ tools, toolChoice, allowsParallelTools });
    expect(body.tool_choice).toEqual(written);
    expect(losses).toEqual([]);
  });

  test("only the allowed tools are offered", () => {
    const allowed = { kind: "allowed", mode: "required", names: ["g"] } as const;
    const { body, losses } = encode({ tools, toolChoice: allowed });
    expect(body).toMatchObject({ tools: [{ name: "g" }], tool_choice: { type: "any" } });
    expect(losses).toEqual([]);
    expect(encode({ tools, toolChoice: { ...allowed, mode: "auto" } }).body.tool_choice).toEqual({ type: "auto" });
  });

  test("without tools there is no choice to make", () => {
    expect(encode({ toolChoice: { kind: "none" }, allowsParallelTools: false }).body).toEqual(encode({}).body);
  });
});

describe("output", () => {
  const schema = { type: "object" };
  const output = { kind: "json-schema", name: "answer", schema } as const;

  test("a schema is kept to", () => {
    expect(encode({ output })).toMatchObject({
      body: { output_config: { format: { type: "json_schema", schema } } },
      losses: [],
    });
    expect(encode({ output: { kind: "text" } })).toEqual(encode({}));
  });

  test("what it is for, and that it may be broken, cannot be said", () => {
    expect(encode({ output: { ...output, description: "d", isStrict: false } }).losses).toEqual(
      harmless("output.description", "output.isStrict"),
    );
  });

  test("JSON without a schema cannot be had, nor any schema from older models", () => {
    expect(encode({ output: { kind: "json" } })).toMatchObject({ losses: meaning("output") });
    expect(encode({ output }, "claude-3-7-sonnet-20250219").losses).toEqual(meaning("output"));
  });

  test("a schema and an effort stand in one place", () => {
    expect(encode({ output, reasoning: { effort: "low" } }, "claude-opus-5").body.output_config).toEqual({
      effort: "low",
      format: { type: "json_schema", schema },
    });
  });
});
