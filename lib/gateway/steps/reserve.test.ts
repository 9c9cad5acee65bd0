import { describe, expect, it } from "vitest";
import { pricePerMTok } from "#lib/base/units";
import { anthropicProvider } from "#lib/gateway/providers/anthropic/index";
import { deepSeekProvider } from "#lib/gateway/providers/deepseek/index";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { handle } from "../handle.ts";
import type { Model } from "../routing/table.ts";

const NANO_PER_OUTPUT_TOKEN = 2_000n;
const messages = [{ role: "user", content: "hi" }];
const contents = [{ role: "user", parts: [{ text: "hi" }] }];

type Asked = { readonly path: string; readonly body: object | string; readonly model?: Partial<Model> };

/** Asks with a balance that covers nothing, so that nothing is sent: what would have been held, in whole output tokens. */
async function holdOf({ path, body, model = {} }: Asked) {
  let held = 0n;
  const deployments = [deploymentOf({ provider: deepSeekProvider })];
  const bench = benchOf([modelOf({ deployments, ...model })], {
    money: {
      reserve: (_org, amount) => {
        held = amount;
        return { held: false, reason: "no-money" };
      },
    },
  });
  const reply = await handle(requestOf({ path, body }), bench.deps);
  return { status: reply.status, outputTokens: held / NANO_PER_OUTPUT_TOKEN, text: await bodyOf(reply) };
}

const chat = (given: object) => ({ path: "/v1/chat/completions", body: { model: "model", messages, ...given } });
const gemini = (given: object) => ({ path: "/v1beta/models/model:generateContent", body: { contents, ...given } });

describe("what is held before a call", () => {
  it.each([
    ["both of chat's limits", chat({ max_completion_tokens: 1, max_tokens: 100_000 })],
    ["and the other way round", chat({ max_completion_tokens: 100_000, max_tokens: 1 })],
    [
      "both of Gemini's objects",
      gemini({ generationConfig: { maxOutputTokens: 1 }, generation_config: { maxOutputTokens: 100_000 } }),
    ],
    ["both of its names", gemini({ generationConfig: { maxOutputTokens: 1, max_output_tokens: 100_000 } })],
  ])("covers the larger, since either may be heeded: %s", async (_, asked) => {
    const { outputTokens } = await holdOf(asked);
    expect(outputTokens).toBeGreaterThanOrEqual(100_000n);
    expect(outputTokens).toBeLessThan(100_100n);
  });

  it("without a limit: 4,096 tokens of output, or what the model can say where that is less", async () => {
    expect((await holdOf(chat({}))).outputTokens).toBeLessThan(4_196n);
    expect((await holdOf(chat({}))).outputTokens).toBeGreaterThanOrEqual(4_096n);
    expect((await holdOf({ ...chat({}), model: { maxOutputTokens: 100 } })).outputTokens).toBeLessThan(200n);
  });

  it("covers the thoughts that an upstream is given room for beyond the limit", async () => {
    const deployments = [deploymentOf({ provider: anthropicProvider, upstreamModel: "claude-opus-4-5" })];
    const { outputTokens } = await holdOf({
      ...chat({ max_tokens: 10, reasoning_effort: "high" }),
      model: { deployments },
    });
    expect(outputTokens).toBeGreaterThan(16_000n);
    expect((await holdOf({ ...chat({ max_tokens: 10 }), model: { deployments } })).outputTokens).toBeLessThan(100n);
  });

  it("is at the dearest price that its tokens may come to", async () => {
    const plain = await holdOf(chat({ max_tokens: 1_000 }));
    const price = {
      ...modelOf().price,
      reasoning: pricePerMTok(4_000_000_000n),
      cacheWrite: pricePerMTok(8_000_000_000n),
    };
    const dear = await holdOf({ ...chat({ max_tokens: 1_000 }), model: { price } });
    expect(dear.outputTokens).toBeGreaterThanOrEqual(2_000n);
    expect(dear.outputTokens).toBeGreaterThan(plain.outputTokens * 2n);
  });

  it("400: two configurations of Gemini under one name, of which an upstream might heed either", async () => {
    const body =
      '{"contents":[{"parts":[{"text":"hi"}]}],"generation_config":{"maxOutputTokens":9},"generation_config":{}}';
    expect((await holdOf({ path: "/v1beta/models/model:generateContent", body })).status).toBe(400);
  });

  it.each([
    ["answers times tokens", chat({ n: 2, max_tokens: Number.MAX_SAFE_INTEGER })],
    [
      "prompts times tokens",
      {
        path: "/v1/completions",
        body: { model: "model", prompt: ["a", "b"], max_tokens: Number.MAX_SAFE_INTEGER },
        model: { deployments: [deploymentOf({ provider: openAiProvider })] },
      },
    ],
  ])("402: more than can be counted, %s", async (_, asked) => {
    expect((await holdOf(asked)).status).toBe(402);
  });

  it.each([
    ["candidateCount", { candidateCount: 1e300 }],
    ["candidate_count", { candidate_count: 129 }],
    ["maxOutputTokens", { maxOutputTokens: 1e308 }],
  ])("400: more than can be asked of Gemini, %s", async (name, generationConfig) => {
    const { status, text } = await holdOf(gemini({ generationConfig }));
    expect(status).toBe(400);
    expect(text).toContain(name);
  });
});
