import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editJson, type JsonEdits } from "./json-edit.ts";
import { scanMembers } from "./json-scan.ts";

function edited(text: string, edits: JsonEdits): string {
  const bytes = Buffer.from(text);
  return Buffer.from(editJson(bytes, scanMembers(bytes) ?? [], edits)).toString("utf8");
}

describe("editing JSON in its bytes", () => {
  it("gives the very same bytes when nothing applies", () => {
    const bytes = Buffer.from(' { "a" : 1 } ');
    expect(editJson(bytes, scanMembers(bytes) ?? [], { drop: ["b"], rename: { c: "d" } })).toBe(bytes);
  });

  it("sets, adds, drops and renames, and keeps the rest as it was written", () => {
    const text = '{"a": 1.0, "big":9007199254740993 ,"c":"x","d":[1, 2],"e":null}';
    expect(edited(text, { set: new Map([["c", "y"]]) })).toBe(
      '{"a": 1.0, "big":9007199254740993 ,"c":"y","d":[1, 2],"e":null}',
    );
    expect(edited(text, { set: new Map([["new", { z: 1 }]]) })).toBe(`${text.slice(0, -1)},"new":{"z":1}}`);
    expect(edited(text, { drop: ["d", "e"] })).toBe('{"a": 1.0, "big":9007199254740993 ,"c":"x"}');
    expect(edited(text, { drop: ["a", "big", "c", "d", "e"] })).toBe("{}");
    expect(edited(text, { rename: { a: "first" } })).toBe(
      '{"first":1.0,"big":9007199254740993 ,"c":"x","d":[1, 2],"e":null}',
    );
    expect(edited(text, { rename: { a: "c" } })).toBe(text);
    expect(edited("{}", { set: new Map([["a", 1]]) })).toBe('{"a":1}');
  });

  it("means the same as editing the parsed object, for any object", () => {
    const name: fc.Arbitrary<string> = fc.constantFrom("a", "b", "model", 'q"uote', "back\\slash", "é", "usage");
    const object = fc.dictionary(name, fc.jsonValue(), { maxKeys: 7 });
    fc.assert(
      fc.property(object, fc.array(name, { maxLength: 3 }), fc.boolean(), (value, drop, isSpaced) => {
        const expected = Object.fromEntries(
          Object.entries(JSON.parse(JSON.stringify(value))).filter(([key]) => !drop.includes(key)),
        );
        if (!drop.includes("model")) expected.model = "new";
        const text = JSON.stringify(value, null, isSpaced ? 2 : 0);
        const set = new Map(drop.includes("model") ? [] : [["model", "new"]]);
        expect(JSON.parse(edited(text, { drop, set }))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe("scanning JSON", () => {
  it("finds every member with its exact bytes", () => {
    const text = '\uFEFF {"a":"x\\"}","b" : {"c":[1,{"d":2}]},"\\u0065":-1.5e3 }';
    const bytes = Buffer.from(text);
    const found = scanMembers(bytes)?.map((member) => [
      member.name,
      bytes.toString("utf8", member.valueStart, member.valueEnd),
    ]);
    expect(found).toEqual([
      ["a", '"x\\"}"'],
      ["b", '{"c":[1,{"d":2}]}'],
      ["e", "-1.5e3"],
    ]);
  });

  it.each([
    ["", "[]", "1", "{", '{"a"', '{"a":', '{"a" 1}', '{"a":1,}', '{"a":1}x', "{]", "{,}", '{"a":01}', '{"a":1.}'],
    [
      '{"a":-}',
      '{"a":+1}',
      '{"a":.5}',
      '{"a":1e}',
      '{"a":tru}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      '{"a":"\\u12g4"}',
      "{'a':1}",
    ],
    [
      '{"a":[1,]}',
      '{"a":[,1]}',
      '{"a":[1 2]}',
      '{"a":[}',
      '{"a":{"b"}}',
      '{"a":undefined}',
      '{"a":NaN}',
      '{"a":nullx}',
    ],
  ])("gives nothing for what is no JSON object", (...texts) => {
    for (const text of texts) expect(scanMembers(Buffer.from(text)), text).toBeUndefined();
  });

  it("takes exactly what JSON.parse takes", () => {
    const pieces = [
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "1",
      "-",
      ".",
      "e",
      "+",
      "true",
      "null",
      " ",
      "\t",
      "u00e9",
      "é",
      "\u0001",
    ];
    const mutated = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.constantFrom(...pieces), fc.nat(2))
      .map(([value, at, piece, dropped]) => {
        const text = JSON.stringify({ a: value, 'b"': 1.5e-7 });
        const place = at % (text.length + 1);
        return text.slice(0, place) + piece + text.slice(place + dropped);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.json().map((text) => `{"x":${text}}`),
        ),
        (text) => {
          const bytes = Buffer.from(text);
          expect(scanMembers(bytes) !== undefined, text).toBe(isJsonObject(bytes.toString()));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("refuses what is too deep or too wide, and takes what is at the limit", () => {
    const nested = (depth: number) => Buffer.from(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);
    expect(() => scanMembers(nested(99))).not.toThrow();
    expect(() => scanMembers(nested(100))).toThrow("nested deeper");
    expect(() => scanMembers(Buffer.from(`{"a":[${"1,".repeat(200_000)}1]}`))).toThrow("more than");
    expect(() => scanMembers(Buffer.from("[".repeat(200_000)))).toThrow("nested deeper");
  });
});
