import { expect, it } from "vitest";
import { createNames } from "./json-names.ts";

/** Decodes as the cache is to seem to, and counts. */
function namesOf() {
  let decoded = 0;
  const read = createNames((bytes, start, end) => {
    decoded++;
    return JSON.parse(Buffer.from(bytes.subarray(start, end)).toString());
  });
  const nameIn = (bytes: Buffer) => read(bytes, 0, bytes.length);
  return { name: (text: string) => nameIn(Buffer.from(`"${text}"`)), nameIn, decoded: () => decoded };
}

it("a name that was read before is not decoded again", () => {
  const { name, decoded } = namesOf();
  expect([name("model"), name("messages"), name("model"), name("messages")]).toEqual([
    "model",
    "messages",
    "model",
    "messages",
  ]);
  expect(decoded()).toBe(2);
});

it("names that begin, end and are as long as another are themselves", () => {
  const { name } = namesOf();
  for (const one of ["abc", "axc", "abc", "a.c", "axc"]) expect(name(one)).toBe(one);
});

it.each(["", "é", "€uro", "a\\u0062c", "\\u00e9", "\\n", "😀", "a".repeat(41), "a".repeat(40)])(
  "%j is decoded as it is written, once and again",
  (text) => {
    const { name } = namesOf();
    const meant = JSON.parse(`"${text}"`);
    for (let time = 0; time < 3; time++) expect(name(text)).toBe(meant);
  },
);

it("bytes that are no UTF-8 are not taken for the character of their number", () => {
  const { name, nameIn } = namesOf();
  expect(name("Ãx")).toBe("Ãx");
  const broken = Buffer.from([0x22, 0xe9, 0x78, 0x22]);
  for (let time = 0; time < 2; time++) expect(nameIn(broken)).toBe("\ufffdx");
});
