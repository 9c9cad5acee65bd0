import { describe, expect, test } from "vitest";
import type { Conversation, Message, Part, ReasoningRequest } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { budgetOf, effortOf } from "../reasoning-effort.ts";
import { encodeRequest } from "./encode-request.ts";
import { targetOf } from "./fixtures/wire.ts";
import { traitsOf } from "./models.ts";

const USER: Message = { role: "user", parts: [{ kind: "text", text: "Hi" }] };
const TOOLS: Conversation["tools"] = [{ kind: "function", name: "f" }];
const OLD = "claude-sonnet-4-5";
const NEW = "claude-opus-5";

const ask = (reasoning: ReasoningRequest, model: string, more: Partial<Conversation> = {}) => {
  const { body, losses } = encodeRequest({ messages: [USER], tools: [], reasoning, ...more }, targetOf(model));
  const { thinking, output_config, max_tokens } = body;
  return { thinking, output_config, max_tokens, losses };
};
const harmless = (...fields: readonly string[]) => fields.map((field) => ({ field, weight: "harmless" }));

test.each([
  ["none", 0, "none"],
  ["minimal", 1_024, "minimal"],
  ["low", 2_048, "low"],
  ["medium", 8_192, "medium"],
  ["high", 16_384, "high"],
  ["xhigh", 32_768, "high"],
  ["max", 32_768, "high"],
] as const)("the effort %s is %d tokens, which are %s", (effort, tokens, back) => {
  expect(budgetOf(effort)).toBe(tokens);
  expect(effortOf({ budgetTokens: tokens })).toBe(back);
});

test.each([
  ["claude-3-5-sonnet-20241022", "none", false, "any"],
  ["claude-3-7-sonnet-20250219", "budget", false, "any"],
  ["claude-sonnet-4-20250514", "budget", false, "any"],
  ["claude-4-opus-20250514", "budget", false, "any"],
  ["claude-sonnet-4@20250514", "budget", false, "any"],
  ["anthropic.claude-opus-4-1-20250805-v1:0", "budget", true, "one"],
  ["claude-opus-4-5", "budget", true, "one"],
  ["claude-opus-4.5", "budget", true, "one"],
  ["claude-sonnet-4-5-20250929", "budget", true, "one"],
  ["claude-haiku-4-5", "budget", true, "one"],
  ["claude-opus-4-6", "adaptive", true, "one"],
  ["claude-sonnet-4-6", "adaptive", true, "one"],
  ["claude-opus-4-7", "adaptive", true, "none"],
  ["claude-opus-5", "adaptive", true, "none"],
  ["claude-haiku-5-5", "adaptive", true, "none"],
  ["claude-mythos-preview", "adaptive", true, "none"],
  ["kimi-k2-thinking", "budget", true, "unchecked"],
] as const)("%s thinks by %s", (model, ...traits) => {
  const { thinking, takesSchemas, sampling } = traitsOf(model);
  expect([thinking, takesSchemas, sampling]).toEqual(traits);
});

describe("models with a budget", () => {
  test("an effort becomes a budget, for which the answer gets more room", () => {
    expect(ask({ effort: "low" }, OLD, { maxOutputTokens: 100 })).toEqual({
      thinking: { type: "enabled", budget_tokens: 2_048 },
      max_tokens: 2_148,
      losses: [],
    });
  });

  test("without a limit of the caller the model's own is kept where the budget fits in", () => {
    expect(ask({ effort: "low" }, OLD).max_tokens).toBe(4_096);
    expect(ask({ effort: "medium" }, OLD).max_tokens).toBe(12_288);
  });

  test("a budget and a limit that the caller wrote are kept", () => {
    expect(ask({ budgetTokens: 3_000, show: "auto" }, OLD, { maxOutputTokens: 5_000 })).toEqual({
      thinking: { type: "enabled", budget_tokens: 3_000, display: "summarized" },
      max_tokens: 5_000,
      losses: [],
    });
  });

  test("a budget below the least is the least", () => {
    expect(ask({ budgetTokens: 100 }, OLD).thinking).toEqual({ type: "enabled", budget_tokens: 1_024 });
  });

  test.each([{ isAdaptive: true }, { budgetTokens: -1 }])("%o, to think as it likes, is our middle budget", (asked) => {
    expect(ask(asked, OLD)).toMatchObject({ thinking: { type: "enabled", budget_tokens: 8_192 }, losses: [] });
  });

  test("an effort beside a budget goes where the model knows it", () => {
    const both = { budgetTokens: 2_000, effort: "low" } as const;
    expect(ask(both, "claude-opus-4-5")).toMatchObject({ output_config: { effort: "low" }, losses: [] });
    expect(ask(both, OLD)).toMatchObject({ output_config: undefined, losses: harmless("reasoning.effort") });
  });

  test("to show thoughts, without thinking, cannot be said", () => {
    expect(ask({ show: "auto" }, OLD)).toMatchObject({ thinking: undefined, losses: harmless("reasoning.show") });
  });

  test("models before thinking do not think", () => {
    expect(ask({ effort: "high" }, "claude-3-5-haiku-20241022")).toEqual({
      max_tokens: 4_096,
      losses: harmless("reasoning"),
    });
    expect(ask({ effort: "none" }, "claude-3-5-haiku-20241022")).toEqual({ max_tokens: 4_096, losses: [] });
  });
});

describe("models that decide for themselves", () => {
  test.each<[ReasoningRequest, string | undefined]>([
    [{ effort: "minimal" }, "low"],
    [{ effort: "low" }, "low"],
    [{ effort: "xhigh" }, "xhigh"],
    [{ effort: "max" }, "max"],
    [{ budgetTokens: 5_000 }, "medium"],
    [{ budgetTokens: -1 }, undefined],
    [{ isAdaptive: true }, undefined],
    [{ isAdaptive: true, effort: "high" }, "high"],
    [{ show: "auto" }, undefined],
  ])("%o is the effort %s", (asked, effort) => {
    const { thinking, output_config, max_tokens, losses } = ask(asked, NEW);
    expect(thinking).toMatchObject({ type: "adaptive" });
    expect(output_config).toEqual(effort && { effort });
    expect(max_tokens).toBe(4_096);
    expect(losses).toEqual([]);
  });

  test("the highest effort has another name on models of 4.6", () => {
    expect(ask({ effort: "xhigh" }, "claude-opus-4-6").output_config).toEqual({ effort: "max" });
  });

  test.each<[ReasoningRequest["show"], string | undefined, readonly object[]]>([
    [undefined, undefined, []],
    ["auto", "summarized", []],
    ["none", "omitted", []],
    ["concise", "summarized", harmless("reasoning.show")],
    ["detailed", "summarized", harmless("reasoning.show")],
  ])("thoughts shown as %s are %s", (show, display, losses) => {
    expect(ask({ effort: "low", show }, NEW)).toMatchObject({ thinking: { type: "adaptive" }, losses });
    expect(objectIn(ask({ effort: "low", show }, NEW).thinking)?.display).toBe(display);
  });

  test("not to show thoughts, without thinking, needs no word", () => {
    expect(ask({ show: "none" }, NEW)).toMatchObject({ thinking: undefined, losses: [] });
  });
});

describe("when there is no thinking", () => {
  test.each([OLD, NEW])("%s does not think where that is asked", (model) => {
    expect(ask({ effort: "none" }, model)).toMatchObject({ thinking: { type: "disabled" }, losses: [] });
    expect(ask({ budgetTokens: 0 }, model)).toMatchObject({ thinking: { type: "disabled" }, losses: [] });
  });

  test("a model that always thinks cannot be told not to", () => {
    expect(ask({ effort: "none" }, "claude-fable-5")).toMatchObject({
      thinking: undefined,
      losses: harmless("reasoning"),
    });
  });

  test.each([
    [OLD, undefined],
    [NEW, { effort: "high" }],
  ])("%s does not think where it must call a tool: the API refuses both at once", (model, config) => {
    const forced = { tools: TOOLS, toolChoice: { kind: "required" } } as const;
    expect(ask({ effort: "high" }, model, forced)).toEqual({
      thinking: undefined,
      output_config: config,
      max_tokens: 4_096,
      losses: harmless("reasoning"),
    });
  });

  const turn = (...parts: readonly Part[]): readonly Message[] => [
    USER,
    { role: "assistant", parts: [...parts, { kind: "tool-call", id: "t", name: "f", input: "{}" }] },
    { role: "tool", parts: [{ kind: "tool-result", callId: "t", content: [] }] },
  ];

  test("a turn that goes on must have begun with thoughts, for models with a budget", () => {
    const signature = { origin: "anthropic-messages", value: "s" } as const;
    const thought: Part = { kind: "reasoning", form: "full", text: "hm", signature };
    const goingOn = { messages: turn(), tools: TOOLS };
    expect(ask({ effort: "low" }, OLD, goingOn)).toMatchObject({ thinking: undefined, losses: harmless("reasoning") });
    expect(ask({ effort: "low" }, NEW, goingOn)).toMatchObject({ thinking: { type: "adaptive" } });
    expect(ask({ effort: "low" }, OLD, { ...goingOn, messages: turn(thought) }).thinking).toBeDefined();
    const answered: readonly Message[] = [
      ...turn(),
      { role: "assistant", parts: [{ kind: "text", text: "ok" }] },
      USER,
    ];
    expect(ask({ effort: "low" }, OLD, { ...goingOn, messages: answered }).thinking).toBeDefined();
  });
});

describe("sampling", () => {
  const sample = (more: Partial<Conversation>, model: string) => {
    const { body, losses } = encodeRequest({ messages: [USER], tools: [], ...more }, targetOf(model));
    return { temperature: body.temperature, top_p: body.top_p, top_k: body.top_k, losses };
  };

  test("a temperature above 1 is 1, and reported", () => {
    expect(sample({ temperature: 1.5 }, OLD)).toEqual({ temperature: 1, losses: harmless("temperature") });
  });

  test("models of 4.5 take temperature or top_p, not both", () => {
    expect(sample({ temperature: 0.5, topP: 0.9 }, OLD)).toEqual({ temperature: 0.5, losses: harmless("topP") });
    expect(sample({ temperature: 0.5, topP: 1 }, OLD)).toEqual({ temperature: 0.5, losses: [] });
    expect(sample({ topP: 0.9 }, OLD)).toEqual({ top_p: 0.9, losses: [] });
    expect(sample({ temperature: 0.5, topP: 0.9 }, "claude-3-7-sonnet")).toEqual({
      temperature: 0.5,
      top_p: 0.9,
      losses: [],
    });
  });

  test("models after 4.6 take none; a default left out changes nothing", () => {
    expect(sample({ temperature: 0.5, topP: 0.9, topK: 4 }, NEW).losses).toEqual(
      harmless("temperature", "topP", "topK"),
    );
    expect(sample({ temperature: 1, topP: 1 }, NEW)).toEqual({ losses: [] });
  });

  test("while it thinks, a model takes only a high top_p", () => {
    const reasoning = { effort: "low" } as const;
    expect(sample({ temperature: 0.5, topP: 0.97, topK: 4, reasoning }, OLD)).toEqual({
      top_p: 0.97,
      losses: harmless("temperature", "topK"),
    });
    expect(sample({ topP: 0.5, reasoning }, OLD)).toEqual({ losses: harmless("topP") });
    expect(sample({ temperature: 0.5, reasoning: { effort: "none" } }, OLD)).toEqual({ temperature: 0.5, losses: [] });
  });

  test("other makers' models are left to say what they take", () => {
    expect(sample({ temperature: 1.5, topP: 0.5, topK: 4 }, "kimi-k2")).toEqual({
      temperature: 1.5,
      top_p: 0.5,
      top_k: 4,
      losses: [],
    });
  });
});
