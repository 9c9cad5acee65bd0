import { expect, it } from "vitest";
import { IN_A_200 } from "#tests/support/upstream-head";
import { vllmProvider as provider } from "./index.ts";

it("has no address of its own and needs no key", () => {
  expect(provider.defaultBaseUrl).toBeUndefined();
  expect(provider.authorize("")).toEqual({});
  expect(provider.urlOf("http://vllm:8000/v1", "completions", "m")).toBe("http://vllm:8000/v1/completions");
});

it("an error inside its stream goes by the status it carries as a number", () => {
  const error = { message: "Sampling failed", type: "InternalServerError", param: null, code: 500 };
  expect(provider.classify(IN_A_200, { error }).kind).toBe("server");
  expect(provider.classify(IN_A_200, { error: { ...error, code: 400 } })).toMatchObject({
    kind: "bad-request",
    isRetryable: false,
  });
});
