import { describe, expect, it } from "vitest";
import { elementsIn, elementsOf, listOf } from "./json-list.ts";
import { scanMembers } from "./json-scan.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("the elements of a list", () => {
  it.each([
    ["[1,2]", "1,2"],
    ['[ {"a": "\\u00e9"} , 2 ]', '{"a": "\\u00e9"} , 2'],
    ["[]", ""],
    ["[ \n ]", ""],
    ['"[1]"', ""],
    ["null", ""],
    ["", ""],
  ])("of %j are %j, as they came", (list, elements) => {
    expect(text(elementsOf(Buffer.from(list)))).toBe(elements);
  });

  it("are found in a member of an object, and nowhere else", () => {
    const bytes = Buffer.from('{"a": [1, [2]], "b": "x"}');
    const members = scanMembers(bytes) ?? [];
    expect(text(elementsIn(bytes, members, "a"))).toBe("1, [2]");
    expect(text(elementsIn(bytes, members, "b"))).toBe("");
    expect(text(elementsIn(bytes, members, "c"))).toBe("");
  });

  it("join to one list, whatever is empty among them", () => {
    const join = (...lists: string[]) => text(listOf(lists.map((list) => elementsOf(Buffer.from(list)))));
    expect(join("[1]", "[]", "[ 2,3 ]")).toBe("[1,2,3]");
    expect(join("[]", "[]")).toBe("[]");
    expect(join()).toBe("[]");
  });
});
