import { describe, expect, test } from "vitest";
import { diffConfiguration, formatDiffLine } from "./diff.ts";
import { documentOf, smallValue } from "./fixtures/sample.ts";

const diff = (before: unknown, after: unknown) =>
  diffConfiguration(documentOf(before), documentOf(after)).map(formatDiffLine);

describe("a diff", () => {
  test("of two spellings of the same thing is empty", () => {
    const before = smallValue({
      model: { price: { input: 0.4, output: "1.60" }, strategy: "weighted", fallbacks: ["m2"] },
    });
    const after = smallValue({
      model: {
        price: { output: 1.6, input: "0.400" },
        strategy: { kind: "weighted" },
        fallbacks: { onError: ["m2"], onContentFilter: ["m2"], onContextTooLong: ["m2"] },
      },
    });
    expect(diff(before, after)).toEqual([]);
  });

  test("names what changed by the ids of the things, not by their place", () => {
    const [model] = smallValue().models;
    const before = { ...smallValue(), models: [model, { ...model, id: "gone" }] };
    const after = smallValue({
      model: { aliases: ["x"] },
      deployment: { weight: 3 },
      top: {
        models: [
          { ...model, id: "new" },
          { ...model, aliases: ["x"], price: { input: 2, output: 2 } },
        ],
      },
    });
    expect(diff(before, after)).toEqual([
      '~ models[m].price.input: "1" -> "2"',
      '+ models[m].aliases: ["x"]',
      expect.stringMatching(/^- models\[gone\]: \{"id":"gone"/),
      expect.stringMatching(/^\+ models\[new\]: \{"id":"new"/),
    ]);
  });

  test("tells that deployments changed places, for their order counts", () => {
    const deployments = ["a", "b"].map((id) => ({ id, provider: "main", upstreamModel: "u" }));
    const before = smallValue({ model: { deployments } });
    const after = smallValue({ model: { deployments: deployments.toReversed() } });
    expect(diff(before, after)).toEqual(["~ models[m].deployments order: a, b -> b, a"]);
  });

  test("never shows a literal secret", () => {
    const credentials = [{ id: "a", secret: "literal:sk-hidden" }];
    const literal = smallValue({ provider: { credentials } });
    const added = smallValue({
      top: { providers: [...smallValue().providers, { id: "p", kind: "openai", credentials }] },
    });
    for (const lines of [diff(smallValue(), literal), diff(literal, smallValue()), diff(smallValue(), added)]) {
      expect(lines.join()).toContain("literal:***");
      expect(lines.join()).not.toContain("sk-hidden");
    }
  });
});
