import { describe, expect, test } from "vitest";
import { parseDocument } from "./document.ts";
import { documentOf, fullText, smallValue, yamlValue } from "./fixtures/sample.ts";
import { formatIssue } from "./issue.ts";

function problemsOf(value: unknown): string[] {
  const parsed = parseDocument(value);
  return parsed.ok ? [] : parsed.errors.map(formatIssue);
}

describe("the form of a document", () => {
  test("takes every field there is", () => {
    expect(problemsOf(yamlValue(fullText))).toEqual([]);
  });

  test("comes out in one spelling: amounts, strategies, fallbacks, reasoning", () => {
    const [first, second] = documentOf(yamlValue(fullText)).models;
    expect(first?.price).toMatchObject({ input: "0.4", cachedInput: "0.1", tiers: [{ input: "0.8" }] });
    expect(first?.strategy).toEqual({ kind: "lowest-cost" });
    expect(first?.fallbacks).toEqual({
      onError: ["deepseek-chat"],
      onContextTooLong: ["deepseek-chat"],
      onContentFilter: ["deepseek-chat"],
    });
    expect(first).toMatchObject({ reasoning: "visible", capabilities: ["tools", "vision", "jsonSchema", "streaming"] });
    expect(second).toMatchObject({ reasoning: "hidden" });
    expect(second?.strategy).toMatchObject({
      tiers: [{ strategy: { kind: "weighted" } }, { strategy: { kind: "sticky" } }],
    });
  });

  test("is read again from its own output, unchanged", () => {
    const document = documentOf(yamlValue(fullText));
    expect(documentOf(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  test("refuses an unknown field wherever it stands, naming its path", () => {
    const value = smallValue({
      top: { plan: 1 },
      provider: { url: "x" },
      model: { cost: {}, price: { input: 1, output: 2, ouput: 3 }, hedge: { p: 1 } },
    });
    const problems = problemsOf(value);
    for (const path of ["plan", "providers[0].url", "models[0].cost", "models[0].price.ouput", "models[0].hedge.p"]) {
      expect(problems).toContain(`${path}: is not a known field`);
    }
  });

  test("never writes out a name that could be a credential, where it stands for a field or a plan", () => {
    const slip = "literal:sk-proj-REALSECRET456";
    const problems = problemsOf(smallValue({ top: { limits: { [slip]: {} } }, provider: { [slip]: null } }));
    expect(problems).toHaveLength(2);
    expect(problems.join("\n")).not.toContain("REALSECRET");
    expect(problems).toContain("providers[0]: has an unknown field whose name is not shown, as it may be a secret");
  });

  test("tells the first hundred of many thousand things that are wrong", () => {
    const fields = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`field${at}`, 1]));
    expect(problemsOf(smallValue({ top: fields, provider: fields }))).toHaveLength(100);
  });

  test("says what is required", () => {
    expect(problemsOf({})).toEqual(["version: is required", "providers: is required", "models: is required"]);
    expect(problemsOf(smallValue({ model: { price: { input: 1 } } }))).toEqual(["models[0].price.output: is required"]);
    expect(problemsOf(null)).toHaveLength(1);
  });

  test.each([
    [{ top: { version: 2 } }, "version: must be 1"],
    [{ model: { id: "has space" } }, "models[0].id: must start with"],
    [{ model: { id: "__proto__" } }, "models[0].id: must start with"],
    [{ model: { id: "x".repeat(129) } }, "models[0].id:"],
    [{ model: { strategy: "fastest" } }, "models[0].strategy: must be one of priority"],
    [{ model: { strategy: { kind: "fastest" } } }, "models[0].strategy.kind: must be one of priority"],
    [{ model: { strategy: { kind: "weighted", by: "session" } } }, "models[0].strategy.by: is not a known field"],
    [
      { model: { strategy: { kind: "priority", tiers: [{ priority: 0, strategy: "priority" }] } } },
      "strategy.tiers[0]",
    ],
    [{ model: { fallbacks: "other" } }, "models[0].fallbacks: must be a list"],
    [{ model: { fallbacks: { onTimeout: ["a"] } } }, "models[0].fallbacks.onTimeout: is not a known field"],
    [{ model: { fallbacks: ["a b"] } }, "models[0].fallbacks[0]: must start with"],
    [{ model: { capabilities: ["telepathy"] } }, "models[0].capabilities[0]: must be one of tools"],
    [
      { model: { capabilities: [{ reasoning: "hidden" }], reasoning: "visible" } },
      "models[0].reasoning: cannot be both",
    ],
    [{ model: { deployments: [] } }, "models[0].deployments: must name at least one"],
    [{ model: { timeouts: { totalMs: 0 } } }, "models[0].timeouts.totalMs"],
    [{ deployment: { priority: 1.5 } }, "models[0].deployments[0].priority"],
    [{ deployment: { weight: -1 } }, "models[0].deployments[0].weight"],
    [{ deployment: { upstreamModel: "a b" } }, "models[0].deployments[0].upstreamModel"],
    [
      { provider: { credentials: [{ id: "a", secret: "sk-bare" }] } },
      "providers[0].credentials[0].secret: must be env:NAME",
    ],
    [
      { provider: { credentials: [{ id: "a", secret: "literal:a\nb" }] } },
      "providers[0].credentials[0].secret: must be",
    ],
    [{ top: { limits: { "a b": {} } } }, "limits"],
  ])("refuses %j", (parts, problem) => {
    expect(problemsOf(smallValue(parts)).join("\n")).toContain(problem);
  });

  test("bounds the number of models and deployments", () => {
    const [model] = smallValue().models;
    const models = Array.from({ length: 2_001 }, (_, index) => ({ ...model, id: `m${index}` }));
    expect(problemsOf(smallValue({ top: { models: models.slice(0, 2_000) } }))).toEqual([]);
    expect(problemsOf(smallValue({ top: { models } })).join()).toContain("models:");
    const deployments = Array.from({ length: 65 }, (_, index) => ({
      id: `d${index}`,
      provider: "main",
      upstreamModel: "u",
    }));
    expect(problemsOf(smallValue({ model: { deployments } })).join()).toContain("models[0].deployments:");
  });

  test("never repeats a malformed secret", () => {
    expect(
      problemsOf(smallValue({ provider: { credentials: [{ id: "a", secret: "sk-leaky" }] } })).join(),
    ).not.toContain("leaky");
  });
});

describe("amounts", () => {
  const read = (input: unknown) => parseDocument(smallValue({ model: { price: { input, output: 0 } } }));

  test.each([
    [0.4, "0.4"],
    ["0.40", "0.4"],
    [0, "0"],
    ["0.000000001", "0.000000001"],
    [1e-9, "0.000000001"],
    [10, "10"],
    ["1000000", "1000000"],
    ["123456.123456789", "123456.123456789"],
  ])("%j is read as %s", (given, amount) => {
    const parsed = read(given);
    expect(parsed.ok && parsed.document.models[0]?.price?.input).toBe(amount);
  });

  test.each([
    -1,
    "-1",
    "-0",
    "0.0000000001",
    1e-10,
    "1e3",
    "",
    " 1",
    "1,5",
    "$1",
    "1000000.000000001",
    1e21,
    Number.NaN,
    true,
    null,
    {},
  ])("%j is refused", (given) => {
    expect(read(given).ok).toBe(false);
  });

  test("a number of more digits than a double holds must be quoted", () => {
    expect(JSON.stringify(read(0.1 + 0.2))).toContain("in quotes");
    expect(JSON.stringify(read(123456.1234567891))).toContain("in quotes");
  });
});
