import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExact } from "./json-exact.ts";

describe("numbers", () => {
  it.each(["12345678901234567890", "-9007199254740993", "0.12345678901234567", "1234567890.1234567", "1e400"])(
    "%s comes back as it was written",
    (text) => {
      expect(JSON.stringify(parseExact(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`);
    },
  );

  it.each([
    ["1.0", 1],
    ["-6.6e-07", -6.6e-7],
    ["1e5", 100_000],
    ["0.1", 0.1],
  ])("%s is a number like any other, whatever stands beside it", (text, value) => {
    expect(parseExact(`{"a":${text},"id":12345678901234567890}`)).toMatchObject({ a: value });
  });

  it("everything else is what JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});
