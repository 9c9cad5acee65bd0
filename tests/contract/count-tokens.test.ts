import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anthropicProvider } from "#lib/gateway/providers/anthropic/index";
import { geminiProvider } from "#lib/gateway/providers/gemini/index";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { deploymentOf, modelOf } from "#tests/support/gateway";
import { type GatewayDoor, openGatewayDoor } from "#tests/support/gateway-door";
import { type ReplayUpstream, startReplayUpstream } from "#tests/support/replay-upstream";

let upstream: ReplayUpstream;
let door: GatewayDoor;
beforeAll(async () => {
  upstream = await startReplayUpstream();
  const through = (id: string, provider: Provider) =>
    modelOf({
      id,
      deployments: [deploymentOf({ id, provider, baseUrl: upstream.origin, upstreamModel: `upstream-${id}` })],
    });
  door = await openGatewayDoor([
    through("claude", anthropicProvider),
    through("gemini", geminiProvider),
    through("gpt", openAiProvider),
  ]);
});
afterAll(async () => {
  await door.close();
  await upstream.close();
});

const anthropic = () => new Anthropic({ apiKey: "good-key", baseURL: door.origin, maxRetries: 0 });
const google = () => new GoogleGenAI({ apiKey: "good-key", httpOptions: { baseUrl: door.origin } });

const TOOL: Anthropic.Tool = {
  name: "read_file",
  description: "Reads a file.",
  input_schema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};

const asked = (model: string): Anthropic.MessageCountTokensParams => ({
  model,
  system: "You write code.",
  tools: [TOOL],
  messages: [{ role: "user", content: "Open README.md" }],
});

describe("the @anthropic-ai/sdk package", () => {
  it("gets the upstream's own count", async () => {
    upstream.answer({ status: 200, body: '{"input_tokens":403}' });
    const { data, response } = await anthropic().messages.countTokens(asked("claude")).withResponse();
    expect(data.input_tokens).toBe(403);
    expect(response.headers.get("x-switchyard-estimated")).toBeNull();
    expect(upstream.received.at(-1)).toMatchObject({
      path: "/v1/messages/count_tokens",
      body: { ...asked("claude"), model: "upstream-claude" },
    });
  });

  it.each(["gemini", "gpt"])("gets an estimate in front of %s, and is told so", async (model) => {
    const before = upstream.received.length;
    const { data, response } = await anthropic().messages.countTokens(asked(model)).withResponse();
    const bytes = "You write code.Open README.md".length + TOOL.name.length + "Reads a file.".length;
    const expected = Math.ceil((bytes + JSON.stringify(TOOL.input_schema).length) / 4);
    expect(data).toEqual({ input_tokens: expected });
    expect(response.headers.get("x-switchyard-estimated")).toBe("true");
    expect(upstream.received).toHaveLength(before);
  });

  it("raises its own exception for what is no request", async () => {
    const odd = { ...asked("gpt"), messages: [] };
    await expect(anthropic().messages.countTokens(odd)).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  });
});

describe("Claude Code", () => {
  /** Its count before a turn, with the history of one in which it thought and called a tool. */
  const turn = (model: string) => ({
    ...asked(model),
    betas: ["claude-code-20250219", "interleaved-thinking-2025-05-14", "token-counting-2024-11-01"],
    thinking: { type: "enabled" as const, budget_tokens: 10_000 },
    context_management: { edits: [{ type: "clear_tool_uses_20250919" as const }] },
    system: [
      {
        type: "text" as const,
        text: "You are Claude Code.",
        cache_control: { type: "ephemeral" as const, ttl: "1h" as const },
      },
    ],
    messages: [
      { role: "user" as const, content: "Open README.md" },
      {
        role: "assistant" as const,
        content: [
          { type: "thinking" as const, thinking: "I shall read it.", signature: "c2ln" },
          { type: "tool_use" as const, id: "toolu_1", name: "read_file", input: { path: "README.md" } },
        ],
      },
      {
        role: "user" as const,
        content: [
          {
            type: "tool_result" as const,
            tool_use_id: "toolu_1",
            content: "# Switchyard",
            cache_control: { type: "ephemeral" as const },
          },
        ],
      },
    ],
  });

  it("has its betas and its words go to Anthropic as they are", async () => {
    upstream.answer({ status: 200, body: '{"input_tokens":900,"context_management":{"original_input_tokens":900}}' });
    const { betas, ...body } = turn("claude");
    const count = await anthropic().beta.messages.countTokens({ betas, ...body });
    expect(count).toEqual({ input_tokens: 900, context_management: { original_input_tokens: 900 } });
    const sent = upstream.received.at(-1);
    expect(sent?.body).toEqual({ ...body, model: "upstream-claude" });
    for (const beta of betas) expect(sent?.headers["anthropic-beta"]).toContain(beta);
    expect(sent?.headers["x-api-key"]).toBe("upstream-secret");
  });

  it.each(["gemini", "gpt"])("gets an estimate of all of it in front of %s", async (model) => {
    const { input_tokens } = await anthropic().beta.messages.countTokens(turn(model));
    const { input_tokens: ofLess } = await anthropic().messages.countTokens(asked(model));
    expect(input_tokens).toBeGreaterThan(ofLess);
  });
});

describe("the @google/genai package", () => {
  it("gets the upstream's own count", async () => {
    upstream.answer({ status: 200, body: '{"totalTokens":12,"cachedContentTokenCount":4}' });
    const count = await google().models.countTokens({ model: "gemini", contents: "Open README.md" });
    expect(count).toMatchObject({ totalTokens: 12, cachedContentTokenCount: 4 });
    expect(upstream.received.at(-1)?.path).toBe("/v1beta/models/upstream-gemini:countTokens");
  });

  it.each(["claude", "gpt"])("gets an estimate in front of %s, and is told so", async (model) => {
    const count = await google().models.countTokens({ model, contents: ["a".repeat(40), "b".repeat(40)] });
    expect(count.totalTokens).toBe(20);
    expect(count.sdkHttpResponse?.headers?.["x-switchyard-estimated"]).toBe("true");
  });
});

it("no count is ever billed", () => {
  const counts = [...door.bench.records, ...door.bench.notes];
  expect(counts.length).toBeGreaterThan(8);
  for (const { cost, upstreamCost } of counts) expect([cost, upstreamCost]).toEqual([0n, 0n]);
});
