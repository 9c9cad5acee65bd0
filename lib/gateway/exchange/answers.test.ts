import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createSilence } from "#lib/drivers/silence";
import {
  answerTo,
  CHAT,
  chatChunk,
  DONE,
  dataEvent,
  GEMINI,
  MESSAGES,
  namedEvent,
  streamOf,
} from "#tests/support/billed-stream";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { startReplayUpstream } from "#tests/support/replay-upstream";
import { handle } from "../handle.ts";
import { anthropicProvider } from "../providers/anthropic/index.ts";
import { geminiProvider } from "../providers/gemini/index.ts";
import { openAiCompatibleProvider } from "../providers/openai-compatible/index.ts";

const COMPLETION = {
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "theirs",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
};
const delta = (index: number, content: string, finish: string | null = null) =>
  chatChunk([{ index, delta: { content }, finish_reason: finish }]);

describe("a stream that was cut short is no success", () => {
  it("where one of two choices has not finished", async () => {
    const asked = { ...CHAT, body: { ...CHAT.body, n: 2 } };
    const { text, record } = await answerTo(
      asked,
      openAiCompatibleProvider,
      streamOf(delta(0, "one") + delta(1, "tw") + delta(0, "", "stop")),
    );
    expect(record.outcome).toBe("failed");
    expect(text).toContain('"code":"upstream_failed"');
    expect(text).not.toContain("[DONE]");
  });

  it("and is one where both have", async () => {
    const asked = { ...CHAT, body: { ...CHAT.body, n: 2 } };
    const stream = streamOf(delta(0, "one", "stop") + delta(1, "two", "length"));
    const { text, record } = await answerTo(asked, openAiCompatibleProvider, stream);
    expect(record.outcome).toBe("completed");
    expect(text.endsWith(DONE)).toBe(true);
  });

  it("where one of Gemini's two candidates has not", async () => {
    const candidate = (index: number, text: string, finishReason?: string) =>
      dataEvent({ candidates: [{ index, content: { parts: [{ text }], role: "model" }, finishReason }] });
    const asked = { ...GEMINI, body: { ...GEMINI.body, generationConfig: { candidateCount: 2 } } };
    const cut = await answerTo(asked, geminiProvider, streamOf(candidate(0, "a", "STOP") + candidate(1, "b")));
    expect(cut.record.outcome).toBe("failed");
    const both = streamOf(candidate(0, "a", "STOP") + candidate(1, "b", "STOP"));
    expect((await answerTo(asked, geminiProvider, both)).record.outcome).toBe("completed");
  });

  it("where it ends without a word, which is free", async () => {
    const { status, record } = await answerTo(CHAT, openAiCompatibleProvider, streamOf(DONE));
    expect({ status, outcome: record.outcome, cost: record.cost }).toEqual({
      status: 502,
      outcome: "failed",
      cost: 0n,
    });
  });
});

describe("what is no stream is another upstream's turn", () => {
  const fine = delta(0, "fine", "stop") + DONE;

  it.each([
    ["said to be compressed", { "content-encoding": "gzip" }, delta(0, "bad", "stop") + DONE],
    ["masses of something else", {}, `${"x".repeat(400)}\n\n`.repeat(1_000)],
  ])("%s", async (_, headers, body) => {
    const [bad, good] = [await startReplayUpstream(), await startReplayUpstream()];
    bad.answer({ status: 200, headers: { "content-type": "text/event-stream", ...headers }, body });
    good.answer(streamOf(fine));
    const provider = openAiCompatibleProvider;
    const deployments = [bad, good].map(({ origin }, priority) =>
      deploymentOf({ id: `model/${priority}`, priority, provider, baseUrl: origin }),
    );
    const { deps, records } = benchOf([modelOf({ deployments })]);
    const text = await bodyOf(await handle(requestOf(CHAT), deps));
    expect(text).toContain("fine");
    expect(records[0]?.attempts).toHaveLength(2);
    await Promise.all([bad.close(), good.close()]);
  });
});

it("the first silence is told to the caller, not the second", async () => {
  const upstream = createServer((_incoming, outgoing) => {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    outgoing.flushHeaders();
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const silence = createSilence(100);
  const deployments = [deploymentOf({ provider: openAiCompatibleProvider, baseUrl })];
  const { deps } = benchOf([modelOf({ deployments })], { silence });
  const { body } = await handle(requestOf(CHAT), deps);
  if (!("pump" in body)) throw new Error("it is no stream");
  const written: Uint8Array[] = [];
  body.pump({ write: (bytes) => written.push(bytes) > 0, end: () => undefined, onDrain: () => undefined });
  expect(Buffer.concat(written).toString()).toBe(": keep-alive\n\n");
  upstream.closeAllConnections();
  upstream.close();
  silence.close();
});

it("a byte order mark before a whole answer is no part of it, for any caller", async () => {
  const marked = { status: 200, body: `\ufeff${JSON.stringify(COMPLETION)}` };
  for (const asked of [CHAT, MESSAGES]) {
    const whole = { ...asked, body: { ...asked.body, stream: false } };
    expect(await answerTo(whole, openAiCompatibleProvider, marked)).toMatchObject({ status: 200 });
  }
});

it("an error that comes bare within a stream is the caller's to mend, for any caller", async () => {
  const said = { message: "Requested tokens exceed the maximum context length of 8192", code: "InvalidParameter" };
  for (const asked of [CHAT, MESSAGES]) {
    const { status, text } = await answerTo(asked, openAiCompatibleProvider, streamOf(dataEvent(said) + DONE));
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining("Requested tokens exceed") });
  }
});

it("an answer of Gemini's that is one JSON array is told as JSON", async () => {
  const asked = { ...GEMINI, path: GEMINI.path.replace("?alt=sse", "") };
  const stream = dataEvent({
    candidates: [{ content: { parts: [{ text: "a" }], role: "model" }, finishReason: "STOP" }],
  });
  const { headers, text } = await answerTo(asked, geminiProvider, streamOf(stream));
  expect(headers["content-type"]).toBe("application/json; charset=UTF-8");
  expect(JSON.parse(text)).toHaveLength(1);
});

it("an event whose data takes several lines is edited like any other", async () => {
  const lines = (event: object) =>
    JSON.stringify(event, null, 1)
      .split("\n")
      .map((line) => `data: ${line}\n`)
      .join("");
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "theirs" };
  const choices = [{ index: 0, delta: { content: "hi" }, finish_reason: "stop" }];
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const stream = `id: 1\n${lines({ ...chunk, choices, usage })}\n${DONE}`;
  const { text } = await answerTo(CHAT, openAiCompatibleProvider, streamOf(stream));
  const [id, data] = text.split("\n");
  expect(id).toBe("id: 1");
  expect(JSON.parse(data?.slice("data: ".length) ?? "")).toEqual({ ...chunk, model: "model", choices });
  const started = `event: message_start\n${lines({ type: "message_start", message: { model: "theirs", usage: { input_tokens: 1, output_tokens: 1 } } })}\n`;
  const ended = [
    namedEvent("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } }),
    namedEvent("message_stop", {}),
  ];
  const messages = await answerTo(MESSAGES, anthropicProvider, streamOf([started, ...ended].join("")));
  expect(messages.text).toMatch(/^event: message_start\ndata: \{.*"model":\s*"model"/);
});
