import { randomBytes } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { BOUNDS } from "#lib/gateway/bounds";
import { geminiProvider } from "#lib/gateway/providers/gemini/index";
import { openAiCompatibleProvider } from "#lib/gateway/providers/openai-compatible/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { chatChunk, DONE, dataEvent, RESPONSES, streamOf } from "#tests/support/billed-stream";
import { deploymentOf, modelOf } from "#tests/support/gateway";
import { openGatewayDoor } from "#tests/support/gateway-door";
import { startReplayUpstream } from "#tests/support/replay-upstream";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const delta = (content: string, finish: string | null = null) =>
  chatChunk([{ index: 0, delta: { content }, finish_reason: finish }]);

const image = (data: string) =>
  dataEvent({
    candidates: [{ content: { parts: [{ inlineData: { mimeType: "image/png", data } }] }, finishReason: "STOP" }],
  });

type Case = readonly [title: string, provider: Provider, stream: string, more: object];

it.each<Case>([
  ["a long answer", openAiCompatibleProvider, delta("word ".repeat(200)).repeat(300) + delta("", "stop") + DONE, {}],
  ["long instructions", openAiCompatibleProvider, delta("hi", "stop") + DONE, { instructions: "i".repeat(600_000) }],
  ["an image", geminiProvider, image(randomBytes(375_000).toString("base64")), {}],
])("who reads at once gets all of it, however much comes in one turn: %s", async (...[, provider, stream, more]) => {
  const upstream = await startReplayUpstream();
  upstream.answer(streamOf(stream));
  closing.push(upstream.close);
  const deployments = [deploymentOf({ provider, baseUrl: upstream.origin })];
  const door = await openGatewayDoor([modelOf({ deployments })]);
  closing.push(door.close);
  const response = await fetch(`${door.origin}${RESPONSES.path}`, {
    method: "POST",
    headers: { authorization: "Bearer good-key" },
    body: JSON.stringify({ ...RESPONSES.body, ...more }),
  });
  const text = await response.text();
  expect(text.length).toBeGreaterThan(BOUNDS.readerBytesMax);
  expect(text).toContain("event: response.completed");
});
