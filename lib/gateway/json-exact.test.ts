import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOUNDS } from "./bounds.ts";
import { parseAnswer, parseExact } from "./json-exact.ts";

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

describe("an upstream's answer", () => {
  const parsed = (text: string) => JSON.stringify(parseAnswer(Buffer.from(text)));

  it("is read like any other text, whatever its numbers", () => {
    const number = fc.constantFrom(
      "12345678901234567890",
      "0.30000000000000000001",
      "1e400",
      "1.0",
      "-0e9",
      "1E2",
      "7",
    );
    const text = fc.array(number).map((numbers) => `{"a":[${numbers.join(" , ")}],"b":{"c":${numbers[0] ?? "null"}}}`);
    fc.assert(
      fc.property(text, (one) => {
        expect(parsed(one)).toBe(JSON.stringify(parseExact(one)));
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const one = JSON.stringify(value);
        expect(parsed(one)).toBe(JSON.stringify(parseExact(one)));
        expect(parsed(`\ufeff${one}`)).toBe(JSON.stringify(parseExact(one)));
      }),
    );
  });

  it("may hold more long numbers than a request, and longer ones", () => {
    const list = `{"a":[${Array.from({ length: BOUNDS.longNumbersMax + 1 }, () => "0.30000000000000000001").join(",")}]}`;
    expect(parsed(list)).toBe(list);
    const long = `{"a":0.${"3".repeat(BOUNDS.jsonNumberCharsMax)}}`;
    expect(parsed(long)).toBe(long);
  });

  it("that is no JSON throws", () => {
    for (const text of ['{"a":12345678901234567890', '{"a":1e}', "", "[1e400"]) expect(() => parsed(text)).toThrow();
  });
});
