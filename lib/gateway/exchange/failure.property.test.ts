import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { providerOf } from "../providers/registry.ts";
import { failureOf } from "./failure.ts";

const providers = ["openai", "azure-openai", "anthropic", "gemini", "cohere", "qwen", "openai-compatible"].map(
  (kind) => {
    const provider = providerOf(kind);
    if (provider === undefined) throw new Error(`there is no provider of the kind ${kind}`);
    return provider;
  },
);
const DEEP = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

/** Words that providers look for, with anything at all in their places. */
const told = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.constant({ toString: 1, valueOf: 1 }), tie("object")),
  object: fc.dictionary(
    fc.constantFrom("error", "code", "message", "type", "status", "details", "detail", "innererror", "errors", "msg"),
    tie("value"),
    { maxKeys: 4 },
  ),
}));

describe.each(providers.map((provider) => [provider.kind, provider] as const))("an error of %s", (_kind, provider) => {
  it("may hold anything and is a failure", () => {
    fc.assert(
      fc.property(fc.constantFrom(302, 400, 401, 404, 413, 429, 500, 529), told.value, (status, body) => {
        const report = failureOf({ status, header: () => undefined }, Buffer.from(JSON.stringify(body)), provider);
        expect(report.status).toBe(status);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    DEEP,
    `{"error":${DEEP}}`,
    `{"error":{"message":"no","more":${DEEP}}}`,
    `{"detail":${DEEP}}`,
    "",
    "no JSON",
  ])("may be nested deeper than anybody writes, or no JSON: %.30s", (body) => {
    const report = failureOf({ status: 400, header: () => undefined }, Buffer.from(body), provider);
    expect(report.status).toBe(400);
  });
});
