import { describe, expect, test } from "vitest";
import { decodeRequest } from "./decode-request.ts";
import { BODY, decode, exact, OWN } from "./fixtures/request.ts";

describe("what the request says as a whole", () => {
  test("a plain request holds what was said and nothing else", () => {
    expect(decodeRequest(BODY)).toEqual({
      messages: [{ role: "user", parts: [{ kind: "text", text: "Hi" }] }],
      tools: [],
      maxOutputTokens: 100,
    });
  });

  test("every simple field has its place", () => {
    const body = {
      stream: true,
      stop_sequences: ["a", "b"],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      metadata: { user_id: "u1" },
      service_tier: "standard_only",
    };
    expect(decode(body)).toMatchObject({
      stop: ["a", "b"],
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      userId: "u1",
      serviceTier: "default",
      extras: undefined,
    });
    expect(decode({ service_tier: "auto" }).serviceTier).toBe("auto");
  });

  test("a field that is null was not said", () => {
    const nulls = [
      "system",
      "tools",
      "tool_choice",
      "thinking",
      "output_config",
      "temperature",
      "metadata",
      "container",
    ];
    expect(decode(Object.fromEntries(nulls.map((name) => [name, null])))).toEqual(decodeRequest(BODY));
  });

  test("a number kept as its text is a number all the same", () => {
    const text = '{"max_tokens":10,"temperature":0.12345678901234567,"messages":[{"role":"user","content":"x"}]}';
    const body = exact(text);
    expect(typeof body.temperature).toBe("object");
    expect(decodeRequest(body).temperature).toBeCloseTo(0.12345678);
  });

  test("fields without a place are kept as extras, members of known fields too", () => {
    const body = {
      container: "c1",
      cache_control: { type: "ephemeral" },
      metadata: { user_id: "u1", team: "t" },
      thinking: { type: "adaptive", depth: 3 },
      output_config: { effort: "low", task_budget: { total: 5 } },
      tool_choice: { type: "auto", hint: "x" },
    };
    expect(decode(body).extras).toEqual({
      dialect: OWN,
      fields: {
        container: "c1",
        cache_control: { type: "ephemeral" },
        metadata: { team: "t" },
        thinking: { depth: 3 },
        output_config: { task_budget: { total: 5 } },
        tool_choice: { hint: "x" },
      },
    });
  });
});

describe("output and thinking", () => {
  const format = { type: "json_schema", schema: { type: "object" } };
  const output = { kind: "json-schema", name: "output", schema: { type: "object" }, isStrict: true };

  test("a schema is read from its place and from the old one", () => {
    expect(decode({ output_config: { format } }).output).toEqual(output);
    expect(decode({ output_format: format }).output).toEqual(output);
    expect(decode({ output_format: format }).extras).toBeUndefined();
  });

  test.each([
    [{ thinking: { type: "enabled", budget_tokens: 2_000 } }, { budgetTokens: 2_000 }],
    [
      { thinking: { type: "enabled", budget_tokens: 2_000, display: "omitted" }, output_config: { effort: "low" } },
      { budgetTokens: 2_000, effort: "low", show: "none" },
    ],
    [{ thinking: { type: "adaptive" } }, { isAdaptive: true }],
    [
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "xhigh" } },
      { isAdaptive: true, effort: "xhigh", show: "auto" },
    ],
    [{ thinking: { type: "adaptive", display: "updates" } }, { isAdaptive: true, show: "auto" }],
    [{ thinking: { type: "disabled" } }, { effort: "none" }],
    [{ thinking: { type: "between_tools" } }, { effort: "none" }],
    [{ output_config: { effort: "max" } }, { effort: "max" }],
  ])("%o asks for %o", (body, reasoning) => {
    expect(decode(body).reasoning).toEqual(reasoning);
  });
});
