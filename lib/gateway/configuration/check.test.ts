import { describe, expect, test } from "vitest";
import { providerOf } from "../providers/registry.ts";
import { checkConfiguration } from "./check.ts";
import { documentOf, fullText, sampleRegistry, smallValue } from "./fixtures/sample.ts";
import { formatIssue } from "./issue.ts";
import { readSource } from "./read-source.ts";

type Parts = Parameters<typeof smallValue>[0];

const check = (value: unknown) => checkConfiguration(documentOf(value), sampleRegistry);
const errorsOf = (value: unknown) => check(value).errors.map(formatIssue);
const errorsWith = (parts: Parts) => errorsOf(smallValue(parts));
const model = (id: string, fields: Record<string, unknown> = {}) => ({
  id,
  price: { input: 1, output: 2 },
  deployments: [{ id: "d", provider: "main", upstreamModel: "up" }],
  ...fields,
});
const models = (...list: ReturnType<typeof model>[]) => ({ top: { models: list } });

test("a right document has no errors", () => {
  expect(errorsOf(smallValue())).toEqual([]);
  expect(readSource(fullText, sampleRegistry)).toMatchObject({ ok: true });
});

test("everything wrong is reported at once, each with its path", () => {
  const errors = errorsOf({
    version: 1,
    providers: [
      { id: "p", kind: "openai" },
      { id: "p", kind: "nonsense" },
      { id: "q", kind: "openai-compatible", credentials: [{ id: "a", secret: "env:POSTGRES_PASSWORD", weight: 0 }] },
    ],
    models: [
      { id: "a", deployments: [{ id: "d", provider: "nowhere", upstreamModel: "u", weight: 0 }] },
      { ...model("b"), aliases: ["a", "b"], fallbacks: ["ghost"] },
    ],
  });
  expect(errors).toEqual([
    'providers[1].id: "p" is already used at providers[0].id',
    "providers[0].credentials: provider kind openai needs a credential",
    'providers[1].kind: "nonsense" is not a provider kind',
    "providers[2].baseUrl: is required: provider kind openai-compatible has no default address",
    "providers[2].credentials[0].secret: POSTGRES_PASSWORD is a setting of the server, not a credential",
    "providers[2].credentials: every weight is 0: at least one credential must be usable",
    'models[1].aliases[0]: "a" is already used at models[0].id',
    'models[1].aliases[1]: "b" is already used at models[1].id',
    "models[0].price: is required: a model without a price is not served",
    'models[0].deployments[0].provider: there is no provider "nowhere"',
    "models[0].deployments: every weight is 0: at least one deployment must be usable",
    'models[1].deployments[0].provider: there is no provider "main"',
    'models[1].fallbacks: there is no model "ghost"',
  ]);
});

describe("addresses", () => {
  const errors = (baseUrl: string, allowPrivateNetwork = false) =>
    errorsWith({ provider: { baseUrl, allowPrivateNetwork } });

  test.each(["ftp://a.example", "file:///etc/passwd", "api.openai.com/v1", "", "javascript:alert(1)"])(
    "refuses %j",
    (baseUrl) => {
      expect(errors(baseUrl)).toEqual(["providers[0].baseUrl: must be an http or https address"]);
    },
  );

  test.each([
    "https://u:p@a.example",
    "https://u@a.example",
    "https://a.example/#x",
    "https://a.example/#",
    "https://a.example/?key=1",
  ])("refuses the forbidden part of %s", (baseUrl) => {
    expect(errors(baseUrl).join()).toContain("must not carry");
  });

  test.each([
    "http://localhost:8080",
    "http://api.localhost",
    "http://localhost.",
    "http://127.0.0.1/v1",
    "http://127.1",
    "http://0x7f000001",
    "http://2130706433",
    "http://10.1.2.3",
    "http://192.168.0.1",
    "http://169.254.169.254",
    "http://100.64.0.1",
    "http://0.0.0.0",
    "http://[::1]:80",
    "http://[::ffff:10.0.0.1]",
    "http://[fd00::1]",
    "http://[fe80::1]",
  ])("%s needs allowPrivateNetwork", (baseUrl) => {
    expect(errors(baseUrl).join()).toContain("is a private address");
    expect(errors(baseUrl, true)).toEqual([]);
  });

  test("a public address is taken; without encryption it is taken with a warning", () => {
    expect(errors("https://8.8.8.8/v1")).toEqual([]);
    const checked = check(smallValue({ provider: { baseUrl: "http://api.example.com/v1" } }));
    expect(checked.errors).toEqual([]);
    expect(checked.warnings.map(formatIssue).join()).toContain("providers[0].baseUrl: is not encrypted");
  });
});

describe("addresses of the kinds there are", () => {
  const errors = (provider: Record<string, unknown>) =>
    checkConfiguration(documentOf(smallValue({ provider })), { providerOf }).errors.map(formatIssue);

  test.each([
    "openai",
    "anthropic",
    "gemini",
    "deepseek",
    "qwen",
    "moonshot",
    "zhipu",
    "mistral",
    "groq",
    "cohere",
    "xai",
  ])("%s needs none", (kind) => {
    expect(errors({ kind })).toEqual([]);
    expect(errors({ kind, credentials: [] })).toEqual([
      `providers[0].credentials: provider kind ${kind} needs a credential`,
    ]);
  });

  test.each(["azure-openai", "vllm", "openai-compatible"])("%s needs one", (kind) => {
    expect(errors({ kind })).toEqual([
      `providers[0].baseUrl: is required: provider kind ${kind} has no default address`,
    ]);
  });

  test("the default of a server of one's own is a private address like any other", () => {
    expect(errors({ kind: "ollama", credentials: [] }).join()).toContain("providers[0].baseUrl: is a private address");
    expect(errors({ kind: "ollama", credentials: [], allowPrivateNetwork: true })).toEqual([]);
  });

  test("Azure's may name the version of its API, and nothing else", () => {
    const azure = (query: string) => errors({ kind: "azure-openai", baseUrl: `https://a.openai.azure.com${query}` });
    expect(azure("?api-version=2024-12-01-preview")).toEqual([]);
    expect(azure("/openai/v1?api-version=preview")).toEqual([]);
    for (const query of ["?", "?api-version=", "?key=1", "?api-version=a&api-version=b", "?api-version=1%262"]) {
      expect(azure(query)).toEqual(["providers[0].baseUrl: must not carry a query but api-version"]);
    }
    expect(errors({ kind: "openai", baseUrl: "https://a.example/v1?api-version=1" })).toEqual([
      "providers[0].baseUrl: must not carry a query",
    ]);
  });
});

describe("fallbacks", () => {
  test("a loop is refused and shown, through aliases and any kind of list", () => {
    const errors = errorsWith(
      models(
        model("a", { fallbacks: ["bee"] }),
        model("b", { aliases: ["bee"], fallbacks: { onContentFilter: ["c"] } }),
        model("c", { fallbacks: { onError: ["a"] } }),
      ),
    );
    expect(errors).toEqual(["models[2].fallbacks: fallbacks go in a circle: a -> b -> c -> a"]);
  });

  test("a model that falls back to itself is refused", () => {
    expect(errorsWith(models(model("a", { fallbacks: ["a"] })))).toEqual([
      "models[0].fallbacks: fallbacks go in a circle: a -> a",
    ]);
  });

  test("two ways to the same model are no loop", () => {
    expect(
      errorsWith(models(model("a", { fallbacks: ["b", "c"] }), model("b", { fallbacks: ["c"] }), model("c"))),
    ).toEqual([]);
  });

  test("a chain of two thousand models is walked", () => {
    const chain = Array.from({ length: 2_000 }, (_, index) =>
      model(`m${index}`, { fallbacks: [`m${(index + 1) % 2_000}`] }),
    );
    expect(errorsWith(models(...chain))).toHaveLength(1);
    expect(errorsWith(models(...chain.slice(0, -1), model("m1999")))).toEqual([]);
  });
});

describe("models", () => {
  test.each([
    [
      { model: { timeouts: { connectMs: 5_000, firstByteMs: 1_000 } } },
      "timeouts.connectMs: must not be above firstByteMs",
    ],
    [
      { model: { timeouts: { firstByteMs: 5_000, totalMs: 1_000 } } },
      "timeouts.firstByteMs: must not be above totalMs",
    ],
    [{ model: { timeouts: { idleMs: 5_000, totalMs: 1_000 } } }, "timeouts.idleMs: must not be above totalMs"],
    [{ model: { contextTokens: 10, maxOutputTokens: 11 } }, "maxOutputTokens: must not be above contextTokens"],
    [
      { model: { price: { input: 1, output: 1, tiers: [{ aboveInputTokens: 5 }, { aboveInputTokens: 5 }] } } },
      "price.tiers[1]",
    ],
    [
      { deployment: { cost: { input: 1, output: 1, tiers: [{ aboveInputTokens: 5 }, { aboveInputTokens: 5 }] } } },
      "cost.tiers[1]",
    ],
    [
      { model: { strategy: { kind: "priority", tiers: [{ priority: 7, strategy: "weighted" }] } } },
      "no deployment has priority 7",
    ],
    [{ model: { aliases: ["x", "x"] } }, 'models[0].aliases[1]: "x" is already used'],
  ])("refuses %j", (parts, problem) => {
    expect(errorsWith(parts).join()).toContain(problem);
  });

  test("two deployments of one model cannot share an id; of two models they can", () => {
    const twice = [1, 2].map(() => ({ id: "d", provider: "main", upstreamModel: "u" }));
    expect(errorsWith({ model: { deployments: twice } }).join()).toContain("deployments[1].id");
    expect(errorsWith(models(model("a"), model("b")))).toEqual([]);
  });
});

test("settings whose engine is not there yet are named as such", () => {
  const read = readSource(fullText, sampleRegistry);
  expect(read.warnings.map(formatIssue)).toEqual([
    "models[0].strategy: is accepted but not yet in force in this version (2 models)",
    "models[0].fallbacks: is accepted but not yet in force in this version (2 models)",
    "models[0].hedge: is accepted but not yet in force in this version (1 model)",
    "models[0].health: is accepted but not yet in force in this version (1 model)",
    "models[0].retry: is accepted but not yet in force in this version (1 model)",
    "limits: is accepted but not yet in force in this version",
  ]);
});
