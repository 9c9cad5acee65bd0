import { describe, expect, test } from "vitest";
import { decodeRequest } from "./decode-request.ts";
import { encodeRequest } from "./encode-request.ts";
import { encode, harmless, MODEL, meaning, PLAIN } from "./fixtures/conversation.ts";
import { targetOf } from "./fixtures/wire.ts";

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
