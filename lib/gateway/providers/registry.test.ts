import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { providerOf } from "./registry.ts";

const providers = readdirSync(new URL("./", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => providerOf(name))
  .filter((provider) => provider !== undefined)
  .filter(({ isSimulated }) => !isSimulated);

it("the Responses API is asked of those that document it, all others are spoken to in their own dialect", () => {
  const offering = providers.filter(
    ({ urlOf }) => urlOf("https://a.example/openai/v1", "responses", "m") !== undefined,
  );
  expect(offering.map(({ kind }) => kind).sort()).toEqual(["azure-openai", "groq", "ollama", "openai", "vllm", "xai"]);
});

it("thoughts go back to those that document to read them as `reasoning_content`", () => {
  const taking = providers.filter(({ takesReasoning }) => takesReasoning);
  expect(taking.map(({ kind }) => kind).sort()).toEqual(["deepseek", "moonshot", "qwen", "zhipu"]);
});

it("there is no provider of a kind that was never heard of", () => {
  expect(providerOf("nonsense")).toBeUndefined();
  expect(providerOf("constructor")).toBeUndefined();
});
