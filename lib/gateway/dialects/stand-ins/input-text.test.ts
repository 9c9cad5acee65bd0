import { expect, it } from "vitest";
import { createInputReader, textOf } from "./input-text.ts";

it("what can be read of a text is given before the rest of it is there", () => {
  const reader = createInputReader();
  const told = ['{"in', 'put": "*** Begin', " Patch\\", 'n+a \\"', "b\\u70", '6b"', "}"].map(reader.push);
  expect(told).toEqual(["", "*** Begin", " Patch", '\n+a "', "b", "火", ""]);
  expect(reader.end()).toBe("");
});

it("halves of a character are given together", () => {
  const reader = createInputReader();
  expect(['{"input":"\\ud83d', "\\ude82", '"}'].map(reader.push)).toEqual(["", "🚂", ""]);
});

it.each([
  ["the text without its object", "*** Begin Patch", "*** Begin Patch"],
  ["line ends as they are", '{"input":"a\nb"}', "a\nb"],
  ["an object of other fields", '{"patch":"a"}', '{"patch":"a"}'],
  ["other fields before it", '{"why":"b","input":"a"}', "a"],
  ["a text that breaks off", '{"input":"a\\n', "a\n"],
  ["an input that is no text", '{"input":1}', '{"input":1}'],
  ["nothing", "", ""],
])("%s is read for what it is, whole and piece by piece", (_how, args, text) => {
  const reader = createInputReader();
  expect(textOf(args)).toBe(text);
  expect([...args].map(reader.push).join("") + reader.end()).toBe(text);
});
