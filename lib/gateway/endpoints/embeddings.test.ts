import { expect, it } from "vitest";
import { embeddings } from "./embeddings.ts";
import { PLAIN_VIEW } from "./endpoint.ts";

const fitted = (text: string, wantsBase64: boolean) => {
  const bytes = new TextEncoder().encode(text);
  const reply = embeddings.fit?.(bytes, { ...PLAIN_VIEW, wantsBase64 });
  return { isSame: reply === bytes, text: Buffer.from(reply ?? []).toString("utf8") };
};

it.each([
  ["floats", '{"data":[{"object":"embedding","embedding" : [1,2]}]}', false],
  ["base64", '{"data":[{"object":"embedding","index":0,"embedding":\n"AACAPw=="}]}', true],
])("vectors that came in the form that was asked for stay the bytes they are: %s", (_, reply, wantsBase64) => {
  expect(fitted(reply, wantsBase64)).toEqual({ isSame: true, text: reply });
});

it("a reply without vectors stays as it is", () => {
  const reply = '{"data":[{"object":"embedding"}]}';
  expect(fitted(reply, false)).toEqual({ isSame: true, text: reply });
});
