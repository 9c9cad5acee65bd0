import { expect, it } from "vitest";
import { countTurns } from "#tests/support/count-turns";
import { embeddings } from "./embeddings.ts";
import { PLAIN_VIEW } from "./endpoint.ts";

async function fitted(text: string, wantsBase64: boolean) {
  const bytes = new TextEncoder().encode(text);
  const reply = await embeddings.convert?.(bytes, { ...PLAIN_VIEW, wantsBase64 });
  return { isSame: reply === bytes, text: Buffer.from(reply ?? []).toString("utf8") };
}

it.each([
  ["floats", '{"data":[{"object":"embedding","embedding" : [1,2]}]}', false],
  ["base64", '{"data":[{"object":"embedding","index":0,"embedding":\n"AACAPw=="}]}', true],
  ["several vectors of one input", '{"data":[{"embedding":[ [1,2],[3,4]]}]}', true],
  ["no vectors", '{"data":[{"object":"embedding"}]}', false],
  ["several, each as base64", '{"data":[{"embedding":["AACAPw==","AACAPw=="]}]}', true],
  [
    "the word elsewhere",
    '{"data":[{"embedding":[0.5],"by":{"embedding":"bge-m3"}}],"models":{"embedding":"bge"}}',
    false,
  ],
  ["lists elsewhere", '{"embedding":[1],"data":[{"embedding":"AACAPw==","by":{"embedding":["a]b"]}}]}', true],
  ["a longer name", '{"data":[{"my \\"embedding":[1,2]}]}', true],
])("a reply that fits stays the bytes it is: %s", async (_, reply, wantsBase64) => {
  expect(await fitted(reply, wantsBase64)).toEqual({ isSame: true, text: reply });
});

it("vectors in another form are written anew, and nothing else", async () => {
  const floats = '{ "data":[{"embedding": [1,-2.5] ,"index":0},{"embedding":"AACAPw=="}],"id":12345678901234567890}';
  const mixed =
    '{ "data":[{"embedding": "AACAPwAAIMA=" ,"index":0},{"embedding":"AACAPw=="}],"id":12345678901234567890}';
  expect((await fitted(floats, true)).text).toBe(mixed);
  const numbers = '{ "data":[{"embedding": [1,-2.5] ,"index":0},{"embedding":[1]}],"id":12345678901234567890}';
  expect((await fitted(mixed, false)).text).toBe(numbers);
});

it("megabytes of vectors are all written, and others have their turns meanwhile", async () => {
  const vector = `[${Array.from({ length: 3_000 }, (_, at) => at / 7).join(",")}]`;
  const reply = JSON.stringify({ data: Array.from({ length: 100 }, (_, index) => ({ index, embedding: 0 })) });
  let text = "";
  const turns = await countTurns(async () => {
    ({ text } = await fitted(reply.replaceAll('"embedding":0', `"embedding":${vector}`), true));
  });
  const { data } = JSON.parse(text);
  expect(data).toHaveLength(100);
  expect(new Set(data.map((item: { embedding: string }) => Buffer.from(item.embedding, "base64").length))).toEqual(
    new Set([12_000]),
  );
  expect(turns).toBeGreaterThan(10);
});

it.each(["[1,null]", `[${"0.5,".repeat(50)}1..2,1]`])("what is no vector is no reply: %s", async (vector) => {
  await expect(fitted(`{"data":[{"embedding":${vector}}]}`, true)).rejects.toThrow();
});
