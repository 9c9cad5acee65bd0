import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { Json, JsonObject, Part } from "#lib/gateway/conversation";
import { openAiChatCodec } from "#lib/gateway/dialects/openai-chat/codec";
import { faultsOf, readWithClient } from "#lib/gateway/dialects/openai-chat/fixtures/faults";
import { chunksOf, DECODE, decodeChunks, encodeEvents, REPLY } from "#lib/gateway/dialects/openai-chat/fixtures/stream";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import type { Reply } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";

const ROOT = join("..", "shared", "recordings");
const SDK = join(ROOT, "ai-sdk");
const FOLDERS = [
  "alibaba",
  "azure",
  "deepseek/chat",
  "groq",
  "mistral",
  "moonshotai",
  "openai/chat",
  "openai-compatible/chat",
  "xai",
];

type Recording = { readonly name: string; readonly body: JsonObject };
type Stream = { readonly name: string; readonly chunks: readonly JsonObject[] };
type Exchange = { readonly name: string; readonly request: JsonObject; readonly status: number; readonly text: string };

const objectOf = (text: string): JsonObject => objectIn(parseExact(text)) ?? {};

const filesIn = (ending: string) =>
  FOLDERS.flatMap((folder) => readdirSync(join(SDK, folder)).map((file) => join(SDK, folder, file))).filter((file) =>
    file.endsWith(ending),
  );

const exchanges: readonly Exchange[] = existsSync(ROOT)
  ? readdirSync(join(ROOT, "envoy")).flatMap((file) => {
      const cassette = parseYaml(readFileSync(join(ROOT, "envoy", file), "utf8"));
      return cassette.interactions
        .filter(({ request }: { request: { url: string } }) => request.url.endsWith("/chat/completions"))
        .map(({ request, response }: { request: { body: string }; response: { body: string; code: number } }) => ({
          name: file,
          request: objectOf(request.body),
          status: response.code,
          text: response.body,
        }));
    })
  : [];
const answered = exchanges.filter(({ status }) => status === 200);

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");
const isChat = (body: JsonObject) => Array.isArray(body.choices);

const wholes: readonly Recording[] = existsSync(ROOT)
  ? [
      ...filesIn(".json").map((file) => ({ name: basename(file), body: objectOf(readFileSync(file, "utf8")) })),
      ...answered.filter(({ text }) => text.startsWith("{")).map(({ name, text }) => ({ name, body: objectOf(text) })),
    ].filter(({ body }) => isChat(body))
  : [];

const streams: readonly Stream[] = existsSync(ROOT)
  ? [
      ...filesIn(".chunks.txt").map((file) => ({
        name: basename(file),
        chunks: linesOf(readFileSync(file, "utf8")).map(objectOf),
      })),
      ...answered
        .filter(({ text }) => text.startsWith("data:"))
        .map(({ name, text }) => ({
          name,
          chunks: linesOf(text)
            .map((line) => line.slice("data: ".length))
            .filter((data) => data !== "[DONE]")
            .map(objectOf),
        })),
    ].filter(({ chunks }) => chunks[0] !== undefined && isChat(chunks[0]))
  : [];

/** What an answer says, read off the recording without the code under test. */
type View = {
  id: unknown;
  model: unknown;
  text: string;
  reasoning: string;
  readonly calls: { id: unknown; name: unknown; input: string }[];
  finish: unknown;
  usage: readonly number[] | undefined;
};

const FINISHES: Readonly<Record<string, string>> = { stop: "stop", length: "length", tool_calls: "tool-calls" };

const emptyView = (): View => ({
  id: "",
  model: "",
  text: "",
  reasoning: "",
  calls: [],
  finish: undefined,
  usage: undefined,
});

function viewOfRecording(bodies: readonly JsonObject[]): View {
  const view = emptyView();
  for (const body of bodies) {
    view.id ||= body.id;
    view.model ||= body.model;
    view.usage = viewOfUsage(objectIn(body.usage)) ?? view.usage;
    for (const choice of listIn(body.choices)) takeChoice(view, objectIn(choice) ?? {});
  }
  return view;
}

function takeChoice(view: View, choice: JsonObject): void {
  const said = objectIn(choice.message) ?? objectIn(choice.delta) ?? {};
  view.finish = FINISHES[String(choice.finish_reason)] ?? view.finish;
  view.reasoning += textIn(said.reasoning_content) ?? "";
  view.text += textIn(said.content) ?? "";
  for (const piece of listIn(said.content)) takePiece(view, objectIn(piece) ?? {});
  for (const call of listIn(said.tool_calls)) takeCall(view, objectIn(call) ?? {});
}

function takePiece(view: View, piece: JsonObject): void {
  if (piece.type === "text") view.text += String(piece.text);
  for (const thought of listIn(piece.thinking)) view.reasoning += String(objectIn(thought)?.text);
}

function takeCall(view: View, call: JsonObject): void {
  const named = objectIn(call.function);
  const input = String(named?.arguments);
  const last = view.calls.at(-1);
  if (named?.name || last === undefined) view.calls.push({ id: call.id, name: named?.name, input });
  else last.input += input;
}

/** Input, cached input, output with reasoning, reasoning. xAI counts reasoning beside the output. */
function viewOfUsage(usage: JsonObject | undefined): readonly number[] | undefined {
  if (usage === undefined) return undefined;
  const input = Number(usage.prompt_tokens);
  const cached = Number(objectIn(usage.prompt_tokens_details)?.cached_tokens ?? usage.cached_tokens ?? 0);
  const reasoning = Number(objectIn(usage.completion_tokens_details)?.reasoning_tokens ?? 0);
  return [input, cached, Number(usage.total_tokens) - input, reasoning];
}

function viewOfReply({ id, model, choices, usage }: Reply): View {
  const view = { ...emptyView(), id, model };
  if (usage) {
    view.usage = [usage.inputTokens, usage.cachedInputTokens, usage.outputTokens, usage.reasoningTokens];
  }
  for (const { parts, finish } of choices) {
    view.finish = finish.kind;
    for (const part of parts) takePart(view, part);
  }
  return view;
}

function takePart(view: View, part: Part): void {
  if (part.kind === "text") view.text += part.text;
  else if (part.kind === "reasoning") view.reasoning += part.text;
  else if (part.kind === "tool-call") view.calls.push({ id: part.id, name: part.name, input: part.input });
  else throw new Error(`no recording holds a part of kind ${part.kind}`);
}

/** An answer as the caller of another model name gets it. */
const shown = (model: string) => ({ ...REPLY, model });

describe.skipIf(!existsSync(ROOT))("recordings of openai-chat (skipped where ../shared/recordings is absent)", () => {
  test("there are recordings of every kind", () => {
    expect(wholes.length).toBeGreaterThanOrEqual(21);
    expect(streams.length).toBeGreaterThanOrEqual(14);
    expect(exchanges.length).toBeGreaterThanOrEqual(10);
  });

  test.each(wholes)("$name is read as it says", ({ body }) => {
    expect(viewOfReply(openAiChatCodec.decodeReply(body, DECODE))).toEqual(viewOfRecording([body]));
  });

  test.each(wholes)("$name written again says the same, down to the fields nobody else has", ({ body }) => {
    const reply = openAiChatCodec.decodeReply(body, DECODE);
    const { body: written, losses } = openAiChatCodec.encodeReply(reply, shown(reply.model));
    expect(losses).toEqual([]);
    expect(openAiChatCodec.decodeReply(written, DECODE)).toEqual(reply);
  });

  test.each(streams)("$name is read as it says", ({ chunks }) => {
    const { isWhole, ...reply } = collectReply(decodeChunks(chunks));
    expect(isWhole).toBe(true);
    expect(viewOfReply(reply)).toEqual(viewOfRecording(chunks));
  });

  test.each(streams)("$name cut off before its finish is not whole", ({ chunks }) => {
    const finish = chunks.findIndex(({ choices }) => JSON.stringify(choices).includes('"finish_reason":"'));
    expect(collectReply(decodeChunks(chunks.slice(0, finish))).isWhole).toBe(false);
  });

  test.each(streams)("$name written again keeps the rules of a stream and says the same", async ({ chunks }) => {
    const events = decodeChunks(chunks);
    const reply = collectReply(events);
    for (const wantsUsage of [true, false]) {
      const written = encodeEvents(events, { ...shown(reply.model), wantsUsage });
      expect(faultsOf(written, wantsUsage)).toEqual([]);
      const { usage, ...said } = collectReply(decodeChunks(chunksOf(written)));
      expect({ ...said, usage: wantsUsage ? usage : reply.usage }).toEqual(reply);
      const view = viewOfReply(reply);
      const { choices } = await readWithClient(written);
      expect(choices[0]?.message.content).toBe(view.text);
      expect(choices[0]?.message.tool_calls ?? []).toEqual(
        view.calls.map(({ id, name, input }) => ({ id, type: "function", function: { name, arguments: input } })),
      );
    }
  });

  test.each(answered)("the request of $name, read and written again, is the same", ({ request }) => {
    const { stream_options: _asked, ...written } = openAiChatCodec.encodeRequest(
      openAiChatCodec.decodeRequest(request),
      {
        model: String(request.model),
        isStream: request.stream === true,
        maxOutputTokens: 4_096,
        takesReasoning: false,
      },
    ).body;
    expect(written).toEqual(request);
  });

  test.each(exchanges.filter(({ status }) => status === 400))("400: the request of $name is refused", ({ request }) => {
    expect(() => openAiChatCodec.decodeRequest(request)).toThrow(expect.objectContaining({ code: "invalid_field" }));
  });

  test.each(exchanges.filter(({ status }) => status >= 400))("the error of $name is no answer", ({ text }) => {
    const body: Json = objectOf(text);
    expect(() => openAiChatCodec.decodeReply(body, DECODE)).toThrow(
      expect.objectContaining({ code: "upstream_failed" }),
    );
    expect(decodeChunks([body])).toEqual([{ kind: "error", body: body.error }]);
  });
});
