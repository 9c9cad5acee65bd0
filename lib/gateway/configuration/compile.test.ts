import { describe, expect, test } from "vitest";
import { type CompileOptions, compileConfiguration } from "./compile.ts";
import { documentOf, fullText, sampleRegistry, smallValue } from "./fixtures/sample.ts";
import { formatIssue } from "./issue.ts";
import { readSource } from "./read-source.ts";

const options: CompileOptions = {
  registry: sampleRegistry,
  resolveSecret: (reference) => ({
    ok: true,
    value: reference.kind === "literal" ? reference.value : `of ${reference.name}`,
  }),
  version: 7,
  createdAtS: 1_700_000_000,
};

const compile = (value: unknown, changes: Partial<CompileOptions> = {}) =>
  compileConfiguration(documentOf(value), { ...options, ...changes });

describe("the compiled table", () => {
  const read = readSource(fullText, sampleRegistry);
  if (!read.ok) throw new Error("the sample must be right");
  const { table, unusable } = compileConfiguration(read.document, options);

  test("finds each model by its id and by every alias", () => {
    expect(table.byName.get("fast")).toBe(table.models[0]);
    expect(table.byName.get("gpt-4.1-mini@2025-04-14")).toBe(table.models[0]);
    expect([...table.byName.keys()]).toHaveLength(5);
    expect(table).toMatchObject({ version: 7, createdAtS: 1_700_000_000 });
    expect(unusable).toEqual([]);
  });

  test("carries deployments as given, with resolved credentials and defaults", () => {
    expect(table.models[0]?.deployments).toMatchObject([
      {
        id: "gpt-4.1-mini/main",
        providerId: "openai-main",
        baseUrl: "https://api.openai.com/v1",
        credentials: [
          { id: "a", weight: 2, secret: "of OPENAI_API_KEY" },
          { id: "b", weight: 1, secret: "sk-the-literal-one" },
          { id: "c", weight: 1, secret: "of openai-main/c/0123456789abcdef" },
        ],
        limits: { rpm: 500, tpm: 200_000, concurrency: 64 },
        tags: ["us"],
      },
    ]);
    expect(table.models[1]?.deployments.map(({ id, priority, weight }) => [id, priority, weight])).toEqual([
      ["deepseek-chat/one", 0, 1],
      ["deepseek-chat/two", 1, 1],
    ]);
    expect(table.models[0]?.strategy).toBe("lowest-cost");
    expect(table.models[0]?.capabilities).toContain("reasoning:visible");
  });

  test("a provider called without a credential still has one attempt, which sends none", () => {
    expect(table.models[2]?.deployments[0]?.credentials).toEqual([{ id: "none", weight: 1, secret: "" }]);
  });
});

describe("prices", () => {
  const priceOf = (price: unknown) => compile(smallValue({ model: { price } })).table.models[0]?.price;

  test("are exact nano-dollars, and what is absent costs what its kin costs", () => {
    expect(priceOf({ input: "0.000000001", output: 1.6 })).toEqual({
      input: 1n,
      cachedInput: 1n,
      cacheWrite: 1n,
      output: 1_600_000_000n,
      reasoning: 1_600_000_000n,
      perRequest: 0n,
      perImage: 0n,
      perMinute: 0n,
      tiers: [],
    });
    expect(priceOf({ input: 1, output: 2, cachedInput: 0, perRequest: "0.0025" })).toMatchObject({
      cachedInput: 0n,
      perRequest: 2_500_000n,
    });
  });

  test("tiers stand highest first, take what the base price names and derive the rest from their own", () => {
    const price = {
      input: 1,
      cachedInput: 0.25,
      output: 10,
      tiers: [
        { aboveInputTokens: 100, input: 2 },
        { aboveInputTokens: 200, input: 3, cachedInput: 0.5, output: 15 },
      ],
    };
    expect(priceOf(price)?.tiers).toEqual([
      {
        aboveInputTokens: 200,
        input: 3_000_000_000n,
        cachedInput: 500_000_000n,
        cacheWrite: 3_000_000_000n,
        output: 15_000_000_000n,
        reasoning: 15_000_000_000n,
      },
      {
        aboveInputTokens: 100,
        input: 2_000_000_000n,
        cachedInput: 250_000_000n,
        cacheWrite: 2_000_000_000n,
        output: 10_000_000_000n,
        reasoning: 10_000_000_000n,
      },
    ]);
  });

  test("cost is absent where the operator did not say, never zero", () => {
    expect(compile(smallValue()).table.models[0]?.deployments[0]?.cost).toBeUndefined();
  });
});

describe("timeouts", () => {
  const timeoutsOf = (timeouts?: unknown) => compile(smallValue({ model: { timeouts } })).table.models[0]?.timeouts;

  test.each([
    [undefined, { connectMs: 2_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 }],
    [{ totalMs: 1_000 }, { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 1_000 }],
    [{ firstByteMs: 900_000 }, { connectMs: 2_000, firstByteMs: 900_000, idleMs: 60_000, totalMs: 900_000 }],
    [{ connectMs: 90_000 }, { connectMs: 90_000, firstByteMs: 90_000, idleMs: 60_000, totalMs: 600_000 }],
  ])("%j gives %j", (given, expected) => {
    expect(timeoutsOf(given)).toEqual(expected);
  });
});

describe("what cannot be used", () => {
  const credentials = [
    { id: "a", secret: "env:MISSING" },
    { id: "b", secret: "env:OPENAI_API_KEY" },
    { id: "c", secret: "env:UNUSED", weight: 0 },
  ];
  const resolveSecret: CompileOptions["resolveSecret"] = (reference) =>
    reference.kind === "env" && reference.name === "MISSING"
      ? { ok: false, reason: "the variable MISSING is not set" }
      : { ok: true, value: "sk-ok\n" };

  test("a missing credential is left out with its reason; the others serve, trimmed", () => {
    const { table, unusable } = compile(smallValue({ provider: { credentials } }), { resolveSecret });
    expect(table.models[0]?.deployments[0]?.credentials).toEqual([{ id: "b", weight: 1, secret: "sk-ok" }]);
    expect(unusable.map(formatIssue)).toEqual([
      "providers[0].credentials[0]: not used: the variable MISSING is not set",
    ]);
  });

  test("a provider with credentials of which none can be used is never called without one", () => {
    const provider = { kind: "openai-compatible", baseUrl: "https://a.example", credentials: credentials.slice(0, 1) };
    expect(compile(smallValue({ provider }), { resolveSecret }).table.models[0]?.deployments[0]?.credentials).toEqual(
      [],
    );
  });

  test.each(["", "a\nb", "a\u0000b", "schlüssel"])("a value that no header can carry is left out: %j", (value) => {
    const compiled = compile(smallValue(), { resolveSecret: () => ({ ok: true, value }) });
    expect(compiled.table.models[0]?.deployments[0]?.credentials).toEqual([]);
    expect(compiled.unusable).toHaveLength(1);
  });
});

test("a base address loses its trailing slashes", () => {
  const baseUrl = "https://a.example/v1//";
  expect(compile(smallValue({ provider: { baseUrl } })).table.models[0]?.deployments[0]?.baseUrl).toBe(
    "https://a.example/v1",
  );
});

test("a document with a kind that is none cannot be compiled", () => {
  expect(() => compile(smallValue({ provider: { kind: "nonsense" } }))).toThrow(/is of no kind/);
});

test("a document without a price cannot be compiled", () => {
  expect(() => compile(smallValue({ model: { price: undefined } }))).toThrow(/has no price/);
});
