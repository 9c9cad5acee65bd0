import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { documentOf, fullText, sampleRegistry, smallValue, yamlValue } from "./fixtures/sample.ts";
import { readSource } from "./read-source.ts";
import { writeYaml } from "./write-yaml.ts";
import { parseYaml } from "./yaml.ts";

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("export", () => {
  test("of the full sample reads back as the same document", () => {
    const document = documentOf(yamlValue(fullText));
    expect(plain(documentOf(yamlValue(writeYaml(document))))).toEqual(plain(document));
  });

  test("uses the short forms", () => {
    const text = writeYaml(documentOf(yamlValue(fullText)));
    expect(text).toContain("strategy: lowest-cost");
    expect(text).toContain("input: 0.4\n");
    expect(text).toMatch(/fallbacks:\n\s+- deepseek-chat/);
  });

  const amount = fc
    .tuple(fc.nat(999_999), fc.nat(999_999_999), fc.nat(9))
    .map(([whole, fraction, places]) =>
      `${whole}.${`${fraction}`.padStart(9, "0").slice(0, places)}`.replace(/\.$/, ""),
    );
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9/._:@-]{0,30}$/);

  test("keeps every price and id exactly", () => {
    fc.assert(
      fc.property(
        id,
        fc.array(id, { maxLength: 3 }),
        fc.tuple(amount, amount, amount),
        (name, aliases, [input, output, perRequest]) => {
          const document = documentOf(
            smallValue({ model: { id: name, aliases, price: { input, output, perRequest } } }),
          );
          const again = documentOf(yamlValue(writeYaml(document)));
          expect(plain(again)).toEqual(plain(document));
          expect(Number(again.models[0]?.price?.input)).toBe(Number(input));
        },
      ),
    );
  });
});

describe("reading YAML", () => {
  test.each([
    ['a: "1', "lacks a closing"],
    ["a: [1", "a bracket is not closed"],
    ["a: 1\na: 2", "names a field twice"],
    ["a: 1\n---\nb: 2", "more than one document"],
    ["a: !secret x", "uses a tag"],
    ["? [a]\n: 1", "is not valid YAML"],
    ["a: *x", "unknown anchor"],
    ["price: 0.1234567890123456789", "in quotes"],
  ])("refuses %j", (text, message) => {
    expect(JSON.stringify(parseYaml(text))).toContain(message);
  });

  test("refuses a bomb of anchors", () => {
    const lines = Array.from(
      { length: 12 },
      (_, at) =>
        `l${at}: &l${at} [${Array(9)
          .fill(at === 0 ? "x" : `*l${at - 1}`)
          .join()}]`,
    );
    expect(parseYaml(lines.join("\n"))).toMatchObject({ ok: false });
  });

  test("refuses a field named twice at any depth, at its second line", () => {
    const read = parseYaml("a:\n  - { b: 1 }\n  - b: 1\n    b: 2");
    expect(read).toEqual({ ok: false, errors: [{ path: [], message: "names a field twice", line: 4 }] });
  });

  test("refuses aliases by the thousand, with the first hundred of them", () => {
    const lines = Array.from({ length: 2_000 }, (_, at) => `k${at}: &a${at} 1\nj${at}: *a${at}`);
    const read = parseYaml(lines.join("\n"));
    expect(read).toMatchObject({ ok: false, errors: { length: 100 } });
  });

  test("never quotes the text it refuses", () => {
    for (const text of [
      "secret: 'literal:sk-x",
      "- literal:sk-x: literal:sk-x: y",
      '"literal:sk-x" "literal:sk-x"',
      "a: *sk-x",
      "%literal:sk-x",
    ]) {
      const parsed = parseYaml(text);
      expect(parsed.ok, text).toBe(false);
      expect(JSON.stringify(parsed), text).not.toContain("sk-x");
    }
  });

  test("findings carry the line of the file", () => {
    const text = fullText.replace("provider: box, upstreamModel: box", "provider: bix, upstreamModel: box").trimStart();
    const read = readSource(text, sampleRegistry);
    const line = text.split("\n").findIndex((each) => each.includes("provider: bix")) + 1;
    expect(read.ok ? [] : read.errors).toEqual([
      { path: ["models", 2, "deployments", 0, "provider"], message: 'there is no provider "bix"', line },
    ]);
    const unknown = readSource(text.replace("contextTokens", "contextTokenz"), sampleRegistry);
    expect(unknown.ok ? undefined : unknown.errors[0]?.line).toBe(
      text.split("\n").findIndex((each) => each.includes("contextTokens")) + 1,
    );
  });

  test("JSON text is read as well", () => {
    expect(readSource(JSON.stringify(smallValue()), sampleRegistry)).toMatchObject({ ok: true });
  });
});
