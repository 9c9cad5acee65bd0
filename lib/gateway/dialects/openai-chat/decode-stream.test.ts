import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { collectReply } from "#tests/support/collect-reply";
import { text } from "./fixtures/conversation.ts";
import { chunkOf, chunksWith, decodeChunks } from "./fixtures/stream.ts";

const kindsOf = (chunks: readonly JsonObject[]) => decodeChunks(chunks).map(({ kind }) => kind);

describe("a stream", () => {
  test("starts once, with the head of the first chunk that says something", () => {
    const filter = { id: "", model: "", created: 0, object: "", choices: [], prompt_filter_results: [] };
    const events = decodeChunks([filter, ...chunksWith([{ role: "assistant", content: "" }, { content: "a" }])]);
    expect(events).toEqual([
      { kind: "start", id: "chatcmpl-1", model: "model-1", createdAtS: 1_760_000_000 },
      { kind: "part-start", choice: 0, part: 0, of: { kind: "text" } },
      { kind: "delta", choice: 0, part: 0, text: "a" },
      { kind: "part-end", choice: 0, part: 0 },
      { kind: "finish", choice: 0, finish: { kind: "stop" } },
      { kind: "end" },
    ]);
  });

  test("an id that it lacks is minted, its service tier is told", () => {
    const chunk = { ...chunkOf({ delta: {} }), id: "", service_tier: "flex" };
    expect(decodeChunks([chunk])[0]).toMatchObject({
      id: "chatcmpl-0199c0de000070008000000000000001",
      serviceTier: "flex",
    });
  });

  test("usage is told wherever it comes: in a chunk of its own, with the finish, apart, or within the choice", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    const finish = { delta: {}, finish_reason: "stop" };
    const told = expect.objectContaining({ kind: "usage", usage: expect.objectContaining({ inputTokens: 3 }) });
    const alone = { ...chunkOf({}), choices: [], usage };
    expect(decodeChunks([chunkOf(finish, { usage: null }), alone])).toContainEqual(told);
    expect(decodeChunks([chunkOf(finish, { usage })])).toContainEqual(told);
    expect(decodeChunks([chunkOf(finish, { x_groq: { usage } })])).toContainEqual(told);
    expect(decodeChunks([chunkOf({ ...finish, usage })])).toContainEqual(told);
  });

  test("nonsense usage is not told", () => {
    expect(kindsOf([chunkOf({ delta: {}, finish_reason: "stop" }, { usage: { prompt_tokens: -1 } })])).toEqual([
      "start",
      "finish",
      "end",
    ]);
  });

  test("without a finish it is not whole, and what is open is closed", () => {
    expect(kindsOf(chunksWith([{ content: "a" }], null))).toEqual(["start", "part-start", "delta", "part-end"]);
  });

  test("with one of two choices unfinished it is not whole", () => {
    const finished = chunkOf({ delta: { content: "a" }, finish_reason: "stop" });
    expect(kindsOf([finished, chunkOf({ index: 1, delta: { content: "b" } })])).not.toContain("end");
  });

  test("an empty stream is not whole", () => {
    expect(decodeChunks([])).toEqual([]);
    expect(decodeChunks([{}])).toEqual([]);
  });

  test("an error within it is told as it came, wrapped or bare, and it is not whole", () => {
    const error = { message: "overloaded", code: 503 };
    const finished = chunkOf({ delta: {}, finish_reason: "stop" });
    expect(decodeChunks([finished, { error }]).slice(-1)).toEqual([{ kind: "error", body: error }]);
    const bare = { object: "error", message: "overloaded" };
    expect(decodeChunks([bare])).toEqual([{ kind: "error", body: bare }]);
  });

  test("choices that take turns stay apart", () => {
    const chunks = [
      chunkOf({ index: 0, delta: { content: "a" } }),
      chunkOf({ index: 1, delta: { content: "x" } }),
      chunkOf({ index: 0, delta: { content: "b" }, finish_reason: "stop" }),
      chunkOf({ index: 1, delta: { content: "y" }, finish_reason: "length" }),
    ];
    expect(collectReply(decodeChunks(chunks))).toMatchObject({
      choices: [
        { index: 0, parts: [text("ab")], finish: { kind: "stop" } },
        { index: 1, parts: [text("xy")], finish: { kind: "length" } },
      ],
      isWhole: true,
    });
  });

  test("an empty finish is none", () => {
    const open = chunkOf({ delta: { content: "a" }, finish_reason: "" });
    expect(kindsOf([open, ...chunksWith([{ content: "b" }])])).toEqual([
      "start",
      "part-start",
      "delta",
      "delta",
      "part-end",
      "finish",
      "end",
    ]);
  });

  test("a second finish of a choice is not told", () => {
    const finish = chunkOf({ delta: {}, finish_reason: "stop" });
    expect(kindsOf([finish, finish])).toEqual(["start", "finish", "end"]);
  });

  test.each<[string, readonly JsonObject[]]>([
    ["choices that are no list", [{ choices: {} }]],
    ["a choice that is no object", [{ choices: ["a"] }]],
    ["a choice of an absurd index", [chunkOf({ index: 100_000, delta: {} })]],
    ["content after its finish", [chunkOf({ delta: {}, finish_reason: "stop" }), chunkOf({ delta: { content: "a" } })]],
  ])("502: %s makes no sense", (_name, chunks) => {
    expect(() => decodeChunks(chunks)).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});
