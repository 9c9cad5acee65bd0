import { describe, expect, it } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { decodeRequest } from "./decode-request.ts";

const ask = (more: JsonObject) => decodeRequest({ model: "m", messages: [{ role: "user", content: "a" }], ...more });

describe("the wish to think, as imitators of OpenAI call it", () => {
  it.each<[string, JsonObject, object]>([
    [
      "Anthropic's object with a budget",
      { thinking: { type: "enabled", budget_tokens: 4_096 } },
      { budgetTokens: 4_096 },
    ],
    ["DeepSeek's object", { thinking: { type: "enabled" } }, { isAdaptive: true }],
    ["DeepSeek's object, off", { thinking: { type: "disabled" } }, { effort: "none" }],
    [
      "DeepSeek's object beside an effort",
      { thinking: { type: "enabled" }, reasoning_effort: "high" },
      { effort: "high" },
    ],
    ["Qwen's switch with a budget", { enable_thinking: true, thinking_budget: 1_024 }, { budgetTokens: 1_024 }],
    ["Qwen's switch, off", { enable_thinking: false }, { effort: "none" }],
    ["vLLM's template", { chat_template_kwargs: { enable_thinking: false } }, { effort: "none" }],
    [
      "Google's settings",
      { extra_body: { google: { thinking_config: { thinking_budget: 2_048, include_thoughts: true } } } },
      { budgetTokens: 2_048 },
    ],
    [
      "Google's settings, off",
      { extra_body: { google: { thinking_config: { thinking_budget: 0 } } } },
      { effort: "none" },
    ],
  ])("%s is read, and nothing of it is left over", (_how, said, wanted) => {
    const { reasoning, extras } = ask(said);
    expect(reasoning).toMatchObject(wanted);
    expect(extras).toBeUndefined();
  });

  it("a field that says more than that is kept as it is", () => {
    const { extras } = ask({ extra_body: { google: {}, grounding: true }, chat_template_kwargs: { seed: 1 } });
    expect(Object.keys(extras?.fields ?? {})).toEqual(["extra_body", "chat_template_kwargs"]);
  });
});
