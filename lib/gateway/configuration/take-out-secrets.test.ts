import { expect, test } from "vitest";
import { documentOf, smallValue } from "./fixtures/sample.ts";
import { storedSecretsOf, takeOutSecrets } from "./take-out-secrets.ts";

const document = documentOf(
  smallValue({
    provider: {
      credentials: [
        { id: "a", secret: "literal:sk-one", weight: 2 },
        { id: "b", secret: "env:NAME" },
        { id: "c", secret: "secret:main/c/ffff" },
      ],
    },
  }),
);

test("literal secrets leave the document, named by provider, credential and fingerprint", () => {
  const { document: clean, taken } = takeOutSecrets(document, (value) => `${value.length}`);
  expect(taken).toEqual([{ name: "main/a/6", value: "sk-one" }]);
  expect(JSON.stringify(clean)).not.toContain("sk-one");
  expect(clean.providers[0]?.credentials).toEqual([
    { id: "a", secret: "secret:main/a/6", weight: 2 },
    { id: "b", secret: "env:NAME" },
    { id: "c", secret: "secret:main/c/ffff" },
  ]);
  expect(storedSecretsOf(clean)).toEqual(["main/a/6", "main/c/ffff"]);
});

test("the document that was given is not changed, and one without literals stays as it is", () => {
  const clean = takeOutSecrets(document, () => "x").document;
  expect(document.providers[0]?.credentials?.[0]?.secret).toBe("literal:sk-one");
  expect(takeOutSecrets(clean, () => "y")).toEqual({ document: clean, taken: [] });
});
