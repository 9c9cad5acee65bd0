import { describe, expect, test } from "vitest";
import type { JsonObject, TextPart } from "#lib/gateway/conversation";
import { collectReply } from "#tests/support/collect-reply";
import { decodeReply } from "./decode-reply.ts";
import { encodeReply } from "./encode-reply.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { CONTEXT, chunksOf, eventsIn } from "./fixtures/exchange.ts";

const text = "Größe: 5 cm. Mehr.";
const chunk = (name: string): JsonObject => ({ web: { uri: `https://${name}.test`, title: name } });
const groundingMetadata = {
  searchEntryPoint: { renderedContent: "<b>search</b>" },
  webSearchQueries: ["größe"],
  groundingChunks: [chunk("a"), chunk("b"), chunk("unused")],
  groundingSupports: [
    {
      segment: { startIndex: 0, endIndex: 14, text: "Größe: 5 cm." },
      groundingChunkIndices: [0, 1],
      confidenceScores: [0.9, 0.5],
    },
  ],
};
const answer = (candidate: JsonObject) => ({
  candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason: "STOP", index: 0, ...candidate }],
});
const textOf = (body: JsonObject) =>
  decodeReply(body, CONTEXT).choices[0]?.parts.find((part): part is TextPart => part.kind === "text");

describe("sources", () => {
  test("are citations with offsets in characters; a source that supports no words has none", () => {
    const citations = textOf(answer({ groundingMetadata }))?.citations ?? [];
    expect(citations.map(({ url, title, start, end }) => [url, title, start, end])).toStrictEqual([
      ["https://a.test", "a", 0, 12],
      ["https://b.test", "b", 0, 12],
      ["https://unused.test", "unused", undefined, undefined],
    ]);
    expect(text.slice(0, 12)).toBe("Größe: 5 cm.");
  });

  test("are written again as they were, with everything that was said about the search", () => {
    const { body } = encodeReply(decodeReply(answer({ groundingMetadata }), CONTEXT), CONTEXT);
    expect(body).toMatchObject(answer({ groundingMetadata }));
  });

  test("offsets count in the part they name, also where we joined parts", () => {
    const metadata = {
      groundingChunks: [chunk("a")],
      groundingSupports: [{ segment: { partIndex: 2, startIndex: 3, endIndex: 6 }, groundingChunkIndices: [0] }],
    };
    const parts = [{ thought: true, text: "Hm" }, { text: "one " }, { text: "ab cde" }];
    const found = textOf(answer({ content: { parts }, groundingMetadata: metadata }));
    const [{ start, end } = {}] = found?.citations ?? [];
    expect(found?.text.slice(start, end)).toBe("cde");
  });

  test("a document that was retrieved is quoted", () => {
    const metadata = { groundingChunks: [{ retrievedContext: { uri: "gs://d", title: "D", text: "the words" } }] };
    expect(textOf(answer({ groundingMetadata: metadata }))?.citations).toMatchObject([
      { url: "gs://d", title: "D", citedText: "the words" },
    ]);
  });

  test("recited sources are citations as well, and go back as they were", () => {
    const citationMetadata = {
      citationSources: [{ startIndex: 0, endIndex: 7, uri: "https://r.test", license: "MIT" }],
    };
    const body = answer({ citationMetadata });
    expect(textOf(body)?.citations).toMatchObject([{ url: "https://r.test", start: 0, end: 5 }]);
    expect(encodeReply(decodeReply(body, CONTEXT), CONTEXT).body).toMatchObject(body);
  });

  test("without a text to stand on they go back as they were", () => {
    const content = { parts: [{ functionCall: { id: "a", name: "f", args: {} } }], role: "model" };
    const body = answer({ content, groundingMetadata });
    expect(encodeReply(decodeReply(body, CONTEXT), CONTEXT).body).toMatchObject(body);
  });

  test("of another dialect are written as web sources", () => {
    const part: TextPart = {
      kind: "text",
      text,
      citations: [
        { url: "https://x.test", title: "X", start: 13, end: 17, original: { dialect: "openai-chat", value: {} } },
      ],
    };
    const reply = { id: "r", model: "m", choices: [{ index: 0, parts: [part], finish: { kind: "stop" } as const }] };
    expect(encodeReply(reply, CONTEXT).body).toMatchObject({
      candidates: [
        {
          groundingMetadata: {
            groundingChunks: [{ web: { uri: "https://x.test", title: "X" } }],
            groundingSupports: [
              { segment: { startIndex: 15, endIndex: 19, text: "Mehr" }, groundingChunkIndices: [0] },
            ],
          },
        },
      ],
    });
  });

  test("nonsense among them is left out", () => {
    const metadata = {
      groundingChunks: [1, chunk("a")],
      groundingSupports: [{ groundingChunkIndices: [7, "x", 1] }, "x"],
    };
    expect(textOf(answer({ groundingMetadata: metadata }))?.citations?.map(({ url }) => url)).toStrictEqual([
      "https://a.test",
      undefined,
    ]);
  });

  test("say the same in a stream, and when the stream is written again", () => {
    const whole = textOf(answer({ groundingMetadata }));
    const events = eventsIn([
      { candidates: [{ content: { parts: [{ text: text.slice(0, 4) }] } }] },
      answer({ content: { parts: [{ text: text.slice(4) }] }, groundingMetadata }),
    ]);
    expect(collectReply(events).choices[0]?.parts).toStrictEqual([whole]);
    const encoder = createStreamEncoder(CONTEXT);
    const again = eventsIn(chunksOf(events.map((event) => encoder.push(event)).join("")));
    expect(collectReply(again)).toStrictEqual({ ...collectReply(events), model: CONTEXT.model });
  });
});
