import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UpstreamOperation } from "./provider.ts";
import { PROVIDER_KINDS, providerOf } from "./registry.ts";

const OPERATIONS: readonly UpstreamOperation[] = ["chat-completions", "completions", "embeddings", "moderations"];

const hostileModel = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "evil.com#",
    "@evil.com",
    "user:pass@evil.com",
    "//evil.com",
    "\\\\evil.com",
    "https://evil.com/",
    "..",
    ".",
    "../../..",
    "%2e%2e",
    "%2e%2e%2f",
    "..%5c",
    "a/b/../../c",
    "?api-version=x",
    "m?x=1#y",
    "m;v=1",
    "\u0000",
    "\r\nhost: evil.com",
    "\ud800",
    "",
  ),
);

const baseUrl = fc
  .tuple(
    fc.webUrl({ validSchemes: ["http", "https"] }),
    fc.constantFrom("", "/", "//", "/v1", "/openai/v1/", "/a/b", "/openai"),
  )
  .map(([url, path]) => url.replace(/\/+$/, "") + path);

const providers = PROVIDER_KINDS.map(providerOf).filter((provider) => provider !== undefined);

describe.each(providers.map(({ kind, urlOf }) => ({ kind, urlOf })))("the address of $kind", ({ urlOf }) => {
  it("keeps scheme, host, port and path of the base, whatever the model is called", () => {
    fc.assert(
      fc.property(baseUrl, fc.constantFrom(...OPERATIONS), hostileModel, (base, operation, model) => {
        const text = urlOf(base, operation, model);
        if (text === undefined) return;
        const given = new URL(base);
        const made = new URL(text);
        expect(made.origin).toBe(given.origin);
        expect(made.pathname.startsWith(given.pathname.replace(/\/+$/, ""))).toBe(true);
        expect([made.username, made.password, made.hash]).toEqual(["", "", ""]);
        expect(made.search).toMatch(/^(\?api-version=[\w-]+)?$/);
      }),
      { numRuns: 300 },
    );
  });

  it("has as many parts for a hostile model as for a plain one", () => {
    const partsOf = (text: string | undefined) => (text === undefined ? undefined : new URL(text).pathname.split("/"));
    const plain = partsOf(urlOf("https://a.example/base", "chat-completions", "model"));
    fc.assert(
      fc.property(hostileModel, (model) => {
        const parts = partsOf(urlOf("https://a.example/base", "chat-completions", model));
        if (parts === undefined) return;
        expect(parts).toHaveLength(plain?.length ?? 0);
        expect(parts.at(-1)).toBe(plain?.at(-1));
      }),
    );
  });
});
