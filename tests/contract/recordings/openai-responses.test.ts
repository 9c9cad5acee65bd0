import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import type { ReplyContext, WireEvent } from "#lib/gateway/dialects/codec";
import { openAiResponsesCodec as codec } from "#lib/gateway/dialects/openai-responses/codec";
import { listIn, objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import type { Reply, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";

const RECORDINGS = join(import.meta.dirname, "../../../../shared/recordings/ai-sdk");
const isThere = existsSync(RECORDINGS);
const FOLDERS = ["openai/responses", "azure", "open-responses/responses", "xai/responses"];
const CALLS: Readonly<Record<string, string>> = { function_call: "arguments", custom_tool_call: "input" };

const context: ReplyContext = {
  requestId: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
  createdAtS: 1_790_000_000,
  model: "shown-model",
  request: { model: "shown-model", input: "hello" },
  wantsUsage: true,
};

const filesEndingIn = (ending: string): readonly string[] =>
  (isThere ? FOLDERS : []).flatMap((folder) =>
    readdirSync(join(RECORDINGS, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name)),
  );

const objectOf = (value: unknown): JsonObject => objectIn(value) ?? {};
const objectsOf = (value: unknown): readonly JsonObject[] => listIn(value).map(objectOf);
const readJson = (text: string): JsonObject => objectOf(parseExact(text));
const read = (file: string) => readFileSync(join(RECORDINGS, file), "utf8");

const wholeReplies = () =>
  filesEndingIn(".json")
    .map((file) => ({ file, body: readJson(read(file)) }))
    .filter(({ body }) => body.object === "response");

/** One recording ends its first and last line a brace too early. */
function readLine(line: string): JsonObject {
  try {
    return readJson(line);
  } catch {
    return readJson(`${line}}`);
  }
}

/** A file may hold the streams of several turns, one after the other. */
const streams = () =>
  filesEndingIn(".chunks.txt").flatMap((file) => {
    const turns: JsonObject[][] = [];
    for (const line of read(file)
      .split("\n")
      .filter((text) => text.trim() !== "")) {
      const event = readLine(line);
      if (event.type === "response.created") turns.push([]);
      turns.at(-1)?.push(event);
    }
    return turns.map((events, turn) => ({ file, turn, events }));
  });

/** What an answer says, read from a recording without our code. */
type Reading = {
  readonly text: readonly string[];
  readonly refusals: readonly string[];
  readonly thoughts: readonly string[];
  readonly proofs: readonly string[];
  readonly calls: readonly JsonObject[];
  readonly foreign: readonly JsonObject[];
  readonly citations: readonly JsonObject[];
};

function readingOfItems(items: readonly JsonObject[]): Reading {
  const content = items.filter(({ type }) => type === "message").flatMap((item) => objectsOf(item.content));
  const thinking = items.filter(({ type }) => type === "reasoning");
  const texts = content.filter(({ type }) => type === "output_text");
  return {
    text: texts.map(({ text }) => String(text)),
    refusals: content.filter(({ type }) => type === "refusal").map(({ refusal }) => String(refusal)),
    thoughts: thinking.flatMap(({ summary, content: full }) =>
      [objectsOf(summary), objectsOf(full)]
        .filter((list) => list.length > 0)
        .map((list) => list.map(({ text }) => text).join("\n\n")),
    ),
    proofs: thinking.flatMap(({ encrypted_content }) => (encrypted_content ? [String(encrypted_content)] : [])),
    calls: items.flatMap((item) => {
      const field = CALLS[String(item.type)];
      return field ? [{ id: item.call_id, name: item.name, input: item[field] }] : [];
    }),
    foreign: items.filter(({ type }) => !["message", "reasoning", ...Object.keys(CALLS)].includes(String(type))),
    citations: texts.flatMap(({ annotations }) => objectsOf(annotations)),
  };
}

/** The texts of a stream: whole, but for a recording whose deltas were shortened to something else than the whole. */
function textsTold(events: readonly JsonObject[]): readonly string[] {
  return events
    .filter(({ type }) => type === "response.output_text.done")
    .map(({ text, output_index, content_index }) => {
      const told = events
        .filter(({ type }) => type === "response.output_text.delta")
        .filter((event) => event.output_index === output_index && event.content_index === content_index)
        .map(({ delta }) => delta)
        .join("");
      return String(text).startsWith(told) ? String(text) : told;
    });
}

function readingOfReply({ choices }: Reply): Reading {
  const parts = choices.flatMap((choice) => choice.parts);
  const of = <K extends Part["kind"]>(kind: K) =>
    parts.filter((part): part is Extract<Part, { kind: K }> => part.kind === kind);
  return {
    text: of("text").map(({ text }) => text),
    refusals: of("refusal").map(({ text }) => text),
    thoughts: of("reasoning").flatMap(({ text, isRedacted }) => (isRedacted ? [] : [text])),
    proofs: of("reasoning").flatMap(({ signature }) => (signature ? [signature.value] : [])),
    calls: of("tool-call").map(({ id, name, input }) => ({ id, name, input })),
    foreign: of("foreign").map(({ value }) => value),
    citations: of("text").flatMap(({ citations = [] }) => citations.map(({ original }) => original.value)),
  };
}

function usageOf(response: JsonObject) {
  const usage = objectOf(response.usage);
  const input = objectOf(usage.input_tokens_details);
  return {
    inputTokens: usage.input_tokens,
    cachedInputTokens: input.cached_tokens ?? 0,
    cacheWriteTokens: input.cache_write_tokens ?? 0,
    outputTokens: usage.output_tokens,
    reasoningTokens: objectOf(usage.output_tokens_details).reasoning_tokens ?? 0,
    isEstimated: false,
  };
}

const finishOf = ({ calls }: Reading) => ({ kind: calls.length > 0 ? "tool-calls" : "stop" });

const decode = (frames: readonly WireEvent[]): readonly ReplyEvent[] => {
  const decoder = codec.createStreamDecoder(context);
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
};

function encode(events: readonly ReplyEvent[]) {
  const encoder = codec.createStreamEncoder(context);
  const text = events.map(encoder.push).join("");
  return { text, losses: encoder.losses(), frames: framesIn(text) };
}

const framesIn = (text: string): readonly WireEvent[] =>
  text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => {
      const [event = "", data = ""] = frame.split("\n");
      return { name: event.slice("event: ".length), data: readJson(data.slice("data: ".length)) };
    });

const asFrames = (events: readonly JsonObject[]): readonly WireEvent[] => events.map((data) => ({ data }));

/** Refuses what the order of events, the numbering or the repetition of texts does not allow. */
function expectLegal(frames: readonly WireEvent[]): void {
  const events = frames.map(({ data }) => data);
  expect(frames.map(({ name }) => name)).toEqual(events.map(({ type }) => type));
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(["response.created", "response.in_progress"]);
  expect(events.at(-1)?.type).toBe("response.completed");
  const response = objectOf(events.at(-1)?.response);
  const output = objectsOf(response.output);
  const inner = events.slice(2, -1);
  const added = inner.filter(({ type }) => type === "response.output_item.added");
  const done = inner.filter(({ type }) => type === "response.output_item.done");
  expect(added.map(({ output_index }) => output_index)).toEqual(output.map((_, at) => at));
  expect(done.map(({ item }) => item)).toEqual(output);
  // Each event belongs to the one item that is open: the indices never fall, and none comes before or after its item.
  const indices = inner.map(({ output_index }) => Number(output_index));
  expect(indices).toEqual(indices.toSorted((left, right) => left - right));
  for (const [at, item] of output.entries())
    expectLegalItem(
      item,
      inner.filter(({ output_index }) => output_index === at),
    );
}

function expectLegalItem(item: JsonObject, events: readonly JsonObject[]): void {
  expect(events[0]?.type).toBe("response.output_item.added");
  expect(events.at(-1)?.type).toBe("response.output_item.done");
  const inner = events.slice(1, -1);
  expect(inner.every(({ item_id }) => item_id === item.id)).toBe(true);
  const whole = inner.filter(({ type }) => /_(text|arguments|input)\.done$|refusal\.done$/.test(String(type)));
  const told = inner.filter(({ type }) => String(type).endsWith(".delta")).map(({ delta }) => delta);
  const repeated = whole.map(({ text, arguments: input, input: free, refusal }) => text ?? input ?? free ?? refusal);
  expect(told.join("")).toBe(repeated.join(""));
  const opened = inner.filter(({ type }) => String(type).endsWith("_part.added")).length;
  expect(inner.filter(({ type }) => String(type).endsWith("_part.done")).length).toBe(opened);
}

/** Reads a stream as the official SDK does, which throws where its own rules are broken. */
async function readWithSdk(text: string): Promise<JsonObject> {
  const fetch = async () => new Response(text, { headers: { "content-type": "text/event-stream" } });
  const client = new OpenAI({ apiKey: "none", fetch, maxRetries: 0 });
  return objectOf(await client.responses.stream({ model: "shown-model", input: "hello" }).finalResponse());
}

/** Items that we name ourselves bear another name than the recording's, and so do their proofs. */
const withoutItemIds = (parts: readonly Part[]): readonly Part[] =>
  parts.map((part) => {
    if (part.kind !== "reasoning" || !part.signature) return part;
    const { itemId: _itemId, ...signature } = part.signature;
    return { ...part, signature };
  });

const contentOf = ({ choices, usage }: Reply) => ({
  usage,
  choices: choices.map(({ parts, finish }) => ({ parts: withoutItemIds(parts), finish })),
});

describe.skipIf(!isThere)("recordings of openai-responses", () => {
  describe.each(wholeReplies())("whole answer $file", ({ body }) => {
    const reply = codec.decodeReply(body, context);

    it("says what an independent reading says", () => {
      const reading = readingOfItems(objectsOf(body.output));
      expect(readingOfReply(reply)).toEqual(reading);
      expect(reply).toMatchObject({ id: body.id, model: body.model, createdAtS: body.created_at });
      expect(reply.choices.map(({ finish }) => finish)).toEqual([finishOf(reading)]);
      expect(reply.usage).toEqual(usageOf(body));
    });

    it("says the same when it is written and read again", () => {
      const { body: written, losses } = codec.encodeReply(reply, context);
      expect(losses).toEqual([]);
      expect(contentOf(codec.decodeReply(readJson(JSON.stringify(written)), context))).toEqual(contentOf(reply));
    });
  });

  describe.each(streams().filter(({ file }) => !file.includes("error")))("stream $file, turn $turn", ({ events }) => {
    const decoded = decode(asFrames(events));
    const reply = collectReply(decoded);

    it("says what an independent reading says", () => {
      const items = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => objectOf(item));
      const response = objectOf(events.at(-1)?.response);
      const reading = readingOfItems(items);
      expect(readingOfReply(reply)).toEqual({ ...reading, text: textsTold(events) });
      expect(reply).toMatchObject({ id: objectOf(events[0]?.response).id, model: response.model, isWhole: true });
      expect(reply.choices.map(({ finish }) => finish)).toEqual([finishOf(reading)]);
      expect(reply.usage).toEqual(usageOf(response));
    });

    it("is legal when it is written again, and says the same", async () => {
      const { text, frames, losses } = encode(decoded);
      expect(losses).toEqual([]);
      expectLegal(frames);
      expect(contentOf(collectReply(decode(frames)))).toEqual(contentOf(reply));
      const last = objectOf(frames.at(-1)?.data.response);
      expect(await readWithSdk(text)).toMatchObject({ id: last.id, output: last.output });
    });
  });

  it("a failure inside a stream is an error, and the stream is not whole", () => {
    const [failed] = streams().filter(({ file }) => file.endsWith("openai-error.1.chunks.txt"));
    const events = decode(asFrames(failed?.events ?? []));
    expect(events.map(({ kind }) => kind)).toEqual(["start", "error"]);
    expect(events.at(-1)).toMatchObject({ body: { code: "insufficient_quota" } });
  });

  it("an error object is no answer", () => {
    const body = readJson(read("openai/responses/openai-error.1.json"));
    expect(() => codec.decodeReply(body, context)).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});
