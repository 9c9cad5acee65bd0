import { expect, it } from "vitest";
import { countTurns } from "#tests/support/count-turns";
import { callerOf, deploymentOf, modelOf } from "#tests/support/gateway";
import { BOUNDS } from "../bounds.ts";
import { chatCompletions } from "../endpoints/chat-completions.ts";
import { anthropicProvider } from "../providers/anthropic/index.ts";
import { openAiCompatibleProvider } from "../providers/openai-compatible/index.ts";
import type { Provider } from "../providers/provider.ts";
import { parse } from "./parse.ts";
import { readAhead } from "./read-ahead.ts";

const LARGE = "a".repeat(BOUNDS.turnBytesMax);
const says = (content: unknown) => ({ model: "model", messages: [{ role: "user", content }] });

/** Counts the turns of the event loop that others get while a call is read ahead. */
function turnsFor(body: object, provider: Provider, caller = callerOf()): Promise<number> {
  const call = parse(Buffer.from(JSON.stringify(body)), chatCompletions, { path: "/v1/chat/completions", query: "" });
  const model = modelOf({ deployments: [deploymentOf({ provider })] });
  return countTurns(() => readAhead({ call, model, caller }));
}

it.each([
  ["large and translated", LARGE, anthropicProvider, 3],
  ["large and passed on", LARGE, openAiCompatibleProvider, 1],
  ["small and translated", "a", anthropicProvider, 0],
])("others have their turns while a body is read that is %s", async (...row) => {
  const [, content, provider, turns] = row;
  expect(await turnsFor(says(content), provider)).toBe(turns);
});

it("what a test key asks is translated for nobody", async () => {
  expect(await turnsFor(says(LARGE), anthropicProvider, callerOf({ isTest: true }))).toBe(1);
});

it("400: what cannot be translated is refused here as anywhere", async () => {
  const wrong = turnsFor({ ...says(LARGE), temperature: "warm" }, anthropicProvider);
  await expect(wrong).rejects.toMatchObject({ code: "invalid_field", param: "temperature" });
});
