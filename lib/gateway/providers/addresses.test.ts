import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UpstreamOperation } from "./provider.ts";
import { providerOf } from "./registry.ts";

const OPERATIONS: readonly UpstreamOperation[] = [
  "chat-completions",
  "completions",
  "embeddings",
  "moderations",
  "models",
  "responses",
  "messages",
  "count-message-tokens",
  "generate-content",
  "stream-generate-content",
  "count-content-tokens",
  "embed-content",
  "batch-embed-contents",
];

const operation = fc.constantFrom(...OPERATIONS);

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
    "models/..",
    "models/",
    "models/models/m",
    "tunedModels/../models/m",
    "m:countTokens",
    "m:streamGenerateContent?alt=json",
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
    fc.constantFrom(
      "",
      "/",
      "//",
      "/v1",
      "/v1beta",
      "/openai/v1/",
      "/a/b",
      "/openai",
      "?api-version=2025-04-01-preview",
    ),
  )
  .map(([url, path]) => url.replace(/\/+$/, "") + path);

const providers = readdirSync(new URL("./", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => providerOf(name))
  .filter((provider) => provider !== undefined);

describe.each(providers.map(({ kind, urlOf, addressParameters = [] }) => ({ kind, urlOf, addressParameters })))(
  "the address of $kind",
  ({ urlOf, addressParameters }) => {
    const mayCarry = (base: string) => !base.includes("?") || addressParameters.includes("api-version");

    it("keeps scheme, host, port and path of the base, whatever the model is called", () => {
      fc.assert(
        fc.property(baseUrl.filter(mayCarry), operation, hostileModel, (base, asked, model) => {
          const text = urlOf(base, asked, model);
          if (text === undefined) return;
          const given = new URL(base);
          const made = new URL(text);
          expect(made.origin).toBe(given.origin);
          expect(made.pathname.startsWith(given.pathname.replace(/\/+$/, ""))).toBe(true);
          expect([made.username, made.password, made.hash]).toEqual(["", "", ""]);
          expect(made.search).toMatch(
            asked === "stream-generate-content" ? /^(\?alt=sse)?$/ : /^(\?api-version=[\w-]+)?$/,
          );
        }),
        { numRuns: 500 },
      );
    });

    it("has as many parts for a hostile model as for a plain one, and asks for the same", () => {
      const BASE = "https://a.example/base?api-version=2025-04-01-preview";
      const base = mayCarry(BASE) ? BASE : "https://a.example/base";
      const partsOf = (text: string) => new URL(text).pathname.split("/");
      // Google writes what is asked behind the model, in the same part.
      const askedIn = (text: string) => partsOf(text).at(-1)?.split(":").at(-1);
      fc.assert(
        fc.property(operation, hostileModel, (asked, model) => {
          const plain = urlOf(base, asked, "model");
          const made = urlOf(base, asked, model);
          if (plain === undefined || made === undefined) return;
          expect(partsOf(made)).toHaveLength(partsOf(plain).length);
          expect(askedIn(made)).toBe(askedIn(plain));
        }),
        { numRuns: 500 },
      );
    });
  },
);
