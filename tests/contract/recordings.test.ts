import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Provider } from "#lib/gateway/providers/provider";
import { providerOf } from "#lib/gateway/providers/registry";
import { readChatStream } from "#tests/support/chat-stream";
import { MODEL, openReplay } from "#tests/support/replay";

type Fields = Readonly<Record<string, unknown>>;

const ROOT = fileURLToPath(new URL("../../../shared/recordings/", import.meta.url));
const isThere = existsSync(ROOT);

/** Where the AI SDK's recordings of OpenAI-shaped exchanges lie, and whose they are. */
const FOLDERS: readonly (readonly [folder: string, kind: string])[] = [
  ["alibaba", "qwen"],
  ["azure", "azure-openai"],
  ["deepseek/chat", "deepseek"],
  ["groq", "groq"],
  ["mistral", "mistral"],
  ["moonshotai", "moonshot"],
  ["openai", "openai"],
  ["openai/chat", "azure-openai"],
  ["openai-compatible/chat", "xai"],
  ["xai", "xai"],
];

type Recording = { readonly name: string; readonly kind: string; readonly text: string };

function recordings(ending: string): Recording[] {
  if (!isThere) return [];
  return FOLDERS.flatMap(([folder, kind]) =>
    readdirSync(`${ROOT}ai-sdk/${folder}`)
      .filter((name) => name.endsWith(ending))
      .map((name) => ({ name: `${folder}/${name}`, kind, text: read(`ai-sdk/${folder}/${name}`) })),
  );
}

const read = (path: string) => readFileSync(ROOT + path, "utf8");
const linesOf = (text: string): Fields[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const whole = recordings(".json").filter(({ text }) => Array.isArray(JSON.parse(text).choices));
const refused = recordings(".json").filter(
  ({ text }) => "error" in JSON.parse(text) && !("object" in JSON.parse(text)),
);
const streams = recordings(".chunks.txt").filter(({ text }) => Array.isArray(linesOf(text)[0]?.choices));

type Cassette = {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly asked: Fields & { readonly model: string; readonly stream?: boolean };
  readonly status: number;
  readonly type: string;
  readonly body: string;
};

const OFFERED = /\/(chat\/completions|completions|embeddings)$/;

function cassettes(): Cassette[] {
  if (!isThere) return [];
  return readdirSync(`${ROOT}envoy`).flatMap((name) => {
    const [{ request, response }] = parse(read(`envoy/${name}`)).interactions;
    const operation = OFFERED.exec(request.url)?.[1];
    if (operation === undefined) return [];
    return {
      name,
      kind: name.startsWith("azure") ? "azure-openai" : "openai",
      path: `/v1/${operation}`,
      asked: JSON.parse(request.body),
      status: response.code,
      type: response.headers["Content-Type"][0],
      body: response.body,
    };
  });
}

const answered = cassettes().filter(({ status }) => status === 200);
const refusals = cassettes().filter(({ status }) => status !== 200);

const provider = (kind: string): Provider => {
  const found = providerOf(kind);
  if (found === undefined) throw new Error(`there is no provider ${kind}`);
  return found;
};

const JSON_HEAD = { "content-type": "application/json" };
const SSE_HEAD = { "content-type": "text/event-stream; charset=utf-8" };

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? { ...value } : undefined;

/** What was consumed, from the one relation that every provider keeps: the total is input and output. */
function usageOf(said: Fields | undefined) {
  if (said === undefined) return { isEstimated: true };
  const input = Number(said.prompt_tokens);
  const cached = fieldsOf(said.prompt_tokens_details)?.cached_tokens ?? said.cached_tokens ?? 0;
  const reasoning = fieldsOf(said.completion_tokens_details)?.reasoning_tokens ?? 0;
  return {
    inputTokens: input,
    cachedInputTokens: cached,
    outputTokens: Number(said.total_tokens) - input,
    reasoningTokens: reasoning,
    isEstimated: false,
  };
}

const lastUsageOf = (chunks: readonly Fields[]) => chunks.map(({ usage }) => fieldsOf(usage)).findLast(Boolean);

const withoutUsage = (chunks: readonly Fields[]) =>
  chunks
    .filter(({ choices, usage }) => !(Array.isArray(choices) && choices.length === 0 && usage))
    .map(({ usage: _usage, ...rest }) => rest);

const ASKS_FOR_USAGE = { stream: true, stream_options: { include_usage: true } };
const PROMPT = { prompt: "Once upon a time", messages: undefined };
const pathAndBodyOf = (object: unknown) =>
  object === "text_completion" ? { path: "/v1/completions", body: PROMPT } : { path: "/v1/chat/completions", body: {} };

it.skipIf(!isThere && process.env.CI !== "true")("the recordings are there, in ../shared/recordings", () => {
  expect(isThere, `nothing is at ${ROOT}`).toBe(true);
  expect(whole.length).toBeGreaterThanOrEqual(16);
  expect(streams.length).toBeGreaterThanOrEqual(14);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(answered.length).toBeGreaterThanOrEqual(11);
  expect(refusals.length).toBeGreaterThanOrEqual(5);
});

describe.skipIf(!isThere)("recorded exchanges", () => {
  let bench: Awaited<ReturnType<typeof openReplay>>;
  beforeAll(async () => {
    bench = await openReplay();
  });
  afterAll(() => bench.close());

  it.each(whole)("$name reaches the caller as it was, and its usage the record", async ({ kind, text }) => {
    const recorded = JSON.parse(text);
    const canned = { status: 200, headers: JSON_HEAD, body: text };
    const reply = await bench.replay({ provider: provider(kind), canned, ...pathAndBodyOf(recorded.object) });
    expect(reply.status).toBe(200);
    expect(reply.text).toBe(text);
    expect(reply.record).toMatchObject({ outcome: "completed", usage: usageOf(recorded.usage) });
  });

  it.each(streams)("$name reaches the caller chunk by chunk, and its usage the record", async ({ kind, text }) => {
    const recorded = linesOf(text);
    const body = `${recorded.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
    const canned = { status: 200, headers: SSE_HEAD, body };
    const asked = { provider: provider(kind), canned, ...pathAndBodyOf(recorded[0]?.object) };
    const usage = usageOf(lastUsageOf(recorded));

    const shown = await bench.replay({ ...asked, body: { ...asked.body, ...ASKS_FOR_USAGE } });
    expect(readChatStream(shown.text)).toMatchObject({ chunks: withUsageApart(recorded), isDone: true });
    expect(shown.record).toMatchObject({ outcome: "completed", usage });

    const hidden = await bench.replay({ ...asked, body: { ...asked.body, stream: true } });
    expect(readChatStream(hidden.text)).toMatchObject({ isDone: true, usages: [] });
    expect(readChatStream(hidden.text).chunks).toEqual(withoutUsage(recorded));
    expect(hidden.record).toMatchObject({ outcome: "completed", usage });
  });

  it.each(refused)("$name keeps status, type, code and param", async ({ kind, text }) => {
    const canned = { status: 400, headers: JSON_HEAD, body: text };
    const reply = await bench.replay({ provider: provider(kind), canned });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toEqual(JSON.parse(text));
  });
});

/** Usage beside a choice is told in a chunk of its own, as OpenAI does; what is told apart already stays. */
function withUsageApart(chunks: readonly Fields[]): readonly Fields[] {
  const isAside = ({ usage, choices }: Fields) => Boolean(usage) && Array.isArray(choices) && choices.length > 0;
  const last = chunks.filter(isAside).at(-1);
  if (last === undefined || chunks.some((chunk) => chunk.usage && !isAside(chunk))) return chunks;
  const { id, object, created, model, usage } = last;
  const others = chunks.map((chunk) => (isAside(chunk) ? { ...chunk, usage: null } : chunk));
  return [...others, { id, object, created, model, choices: [], usage }];
}

describe.skipIf(!isThere)("cassettes", () => {
  let bench: Awaited<ReturnType<typeof openReplay>>;
  beforeAll(async () => {
    bench = await openReplay();
  });
  afterAll(() => bench.close());

  it.each(answered)("$name is answered under our model's name, the rest as it was", async (cassette) => {
    const { kind, path, asked, body, type } = cassette;
    const canned = { status: 200, headers: { "content-type": type }, body };
    const sent = { ...asked, messages: asked.messages, model: MODEL };
    const upstream = { provider: provider(kind), canned, upstreamModel: asked.model };
    const reply = await bench.replay({ ...upstream, path, body: sent });
    expect(reply.status).toBe(200);
    expect(reply.received?.body.model).toBe(asked.model);
    if (asked.stream) {
      const recorded = readChatStream(body);
      const renamed = withoutUsage(recorded.chunks).map((chunk) => ({ ...chunk, model: MODEL }));
      expect(readChatStream(reply.text)).toMatchObject({ content: recorded.content, isDone: true });
      expect(readChatStream(reply.text).chunks).toEqual(renamed);
      expect(reply.record).toMatchObject({ outcome: "completed", usage: usageOf(lastUsageOf(recorded.chunks)) });
    } else {
      const recorded = JSON.parse(body);
      expect(JSON.parse(reply.text)).toEqual({ ...recorded, model: MODEL });
      expect(reply.record).toMatchObject({ outcome: "completed", usage: usageOf(recorded.usage) });
    }
  });

  it.each(refusals.filter(({ status }) => status === 400))(
    "$name keeps status, type, code and param",
    async (cassette) => {
      const { kind, path, status, body, type } = cassette;
      const canned = { status, headers: { "content-type": type }, body };
      const reply = await bench.replay({ provider: provider(kind), canned, path, body: { prompt: "p", input: "i" } });
      expect(reply.status).toBe(status);
      expect(JSON.parse(reply.text)).toEqual(JSON.parse(body));
      expect(reply.record.attempts).toMatchObject([{ failure: "bad-request", status }]);
    },
  );

  it.each(refusals.filter(({ status }) => status === 404))(
    "$name is what we say ourselves of a model we have not",
    async (cassette) => {
      const { kind, body, asked, status } = cassette;
      const reply = await bench.replay({ provider: provider(kind), canned: { status: 500, body: "" }, body: asked });
      expect(reply.status).toBe(status);
      expect(reply.received).toBeUndefined();
      expect(JSON.parse(reply.text)).toEqual(JSON.parse(body));
    },
  );

  it.each(refusals.filter(({ status }) => status === 404))(
    "$name from the upstream of a model we have is not the caller's mistake",
    async (cassette) => {
      const { kind, body, status } = cassette;
      const canned = { status, headers: JSON_HEAD, body };
      const reply = await bench.replay({ provider: provider(kind), canned, upstreamModel: "gpt-4.1-nano-wrong" });
      expect(reply.status).toBe(502);
      expect(reply.text).not.toContain("gpt-4.1-nano-wrong");
      expect(reply.record.attempts).toMatchObject([{ failure: "not-found", status }]);
    },
  );
});
