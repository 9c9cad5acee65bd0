import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject, Part } from "#lib/gateway/conversation";
import type { ReplyContext } from "#lib/gateway/dialects/codec";
import { geminiCodec } from "#lib/gateway/dialects/gemini/codec";
import { createArrayStreamEncoder } from "#lib/gateway/dialects/gemini/encode-stream";
import { listIn, numberIn, objectIn, requireObject, textIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import type { Choice, Reply, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";

/** Answers of the real Gemini API, kept outside the repository. */
const FOLDER = join(import.meta.dirname, "../../../../shared/recordings/ai-sdk/google");
const isPresent = existsSync(FOLDER);
const recordings = (ending: string) =>
  isPresent
    ? readdirSync(FOLDER)
        .filter((name) => name.endsWith(ending))
        .map((name) => join(FOLDER, name))
    : [];
const objectFrom = (text: string) => requireObject(parseExact(text), "recording");
const namedRows = (files: readonly string[]) => files.map((file) => [basename(file), file] as const);

const CONTEXT: ReplyContext = {
  requestId: "0198c0de-0000-7000-8000-00000000beef",
  createdAtS: 1_700_000_000,
  model: "public-name",
  request: {},
  wantsUsage: true,
};

/** What an answer says, whoever reads it. */
type Telling = {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly proofs: readonly string[];
  readonly finish: string;
  readonly id: string;
  readonly model: string;
  readonly counts: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly thinking: number;
  };
};

const objectsIn = (value: Json | undefined) => listIn(value).map((item) => objectIn(item) ?? {});
const candidatesOf = (chunks: readonly JsonObject[]) => chunks.flatMap(({ candidates }) => objectsIn(candidates));
const partsOf = (chunks: readonly JsonObject[]): readonly JsonObject[] =>
  candidatesOf(chunks).flatMap(({ content }) => objectsIn(objectIn(content)?.parts));

const callsOf = (parts: readonly JsonObject[]) =>
  parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : objectsIn([functionCall])));

/** Reads recorded chunks field by field, by another way than the codec's; a whole answer is one chunk. */
function tellingOf(chunks: readonly JsonObject[]): Telling {
  const parts = partsOf(chunks);
  const joined = (isThought: boolean) =>
    parts
      .filter(({ thought }) => (thought === true) === isThought)
      .map(({ text }) => textIn(text) ?? "")
      .join("");
  const calls = callsIn(parts);
  const usage = chunks.map(({ usageMetadata }) => objectIn(usageMetadata)).findLast((one) => one?.promptTokenCount);
  const count = (name: string) => numberIn(usage?.[name]) ?? 0;
  const reason = textIn(candidatesOf(chunks).findLast(({ finishReason }) => finishReason)?.finishReason);
  const [first] = chunks;
  return {
    text: joined(false),
    thoughts: joined(true),
    calls,
    proofs: parts.flatMap(({ thoughtSignature }) => textIn(thoughtSignature) ?? []),
    finish: reason === "STOP" ? (calls.length > 0 ? "tool-calls" : "stop") : `unexpected ${reason}`,
    id: textIn(first?.responseId) ?? "",
    model: textIn(first?.modelVersion) ?? "",
    counts: {
      input: count("promptTokenCount"),
      cached: count("cachedContentTokenCount"),
      output: count("candidatesTokenCount") + count("thoughtsTokenCount"),
      thinking: count("thoughtsTokenCount"),
    },
  };
}

/** Whole calls, and those whose arguments came as texts at paths of one name. */
function callsIn(parts: readonly JsonObject[]): Telling["calls"] {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  for (const call of callsOf(parts)) {
    const name = textIn(call.name);
    if (name !== undefined) calls.push({ name, args: { ...objectIn(call.args) } });
    for (const { jsonPath, stringValue } of objectsIn(call.partialArgs)) {
      const args = calls.at(-1)?.args ?? {};
      const key = (textIn(jsonPath) ?? "").slice("$.".length);
      args[key] = `${args[key] ?? ""}${textIn(stringValue) ?? ""}`;
    }
  }
  return calls;
}

const joinedText = (choice: Choice | undefined, kind: "text" | "reasoning") =>
  (choice?.parts ?? []).map((part) => (part.kind === kind ? part.text : "")).join("");
const proofOf = (part: Part) => ("signature" in part && part.signature ? [part.signature.value] : []);

function toldBy({ id, model, choices, usage }: Reply): Telling {
  const [choice] = choices;
  return {
    text: joinedText(choice, "text"),
    thoughts: joinedText(choice, "reasoning"),
    calls: (choice?.parts ?? []).flatMap((part) =>
      part.kind === "tool-call" ? [{ name: part.name, args: JSON.parse(part.input) }] : [],
    ),
    proofs: (choice?.parts ?? []).flatMap(proofOf),
    finish: choice?.finish.kind ?? "none",
    id,
    model,
    counts: {
      input: usage?.inputTokens ?? -1,
      cached: usage?.cachedInputTokens ?? -1,
      output: usage?.outputTokens ?? -1,
      thinking: usage?.reasoningTokens ?? -1,
    },
  };
}

function readStream(chunks: readonly JsonObject[]): readonly ReplyEvent[] {
  const decoder = geminiCodec.createStreamDecoder(CONTEXT);
  return [...chunks.flatMap((data) => decoder.push({ data })), ...decoder.end()];
}

const chunksIn = (file: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(objectFrom);

const underOurName = (reply: Reply): Reply => ({ ...reply, model: CONTEXT.model });

describe.skipIf(!isPresent)("recorded answers of Gemini", () => {
  test.each(namedRows(recordings(".json")))("%s is read field by field as it was recorded", (_name, file) => {
    const body = objectFrom(readFileSync(file, "utf8"));
    const reply = geminiCodec.decodeReply(body, CONTEXT);
    expect(toldBy(reply)).toStrictEqual(tellingOf([body]));
    expect(reply.choices).toHaveLength(1);
  });

  test.each(namedRows(recordings(".json")))("%s says the same when it is written and read again", (_name, file) => {
    const body = objectFrom(readFileSync(file, "utf8"));
    const reply = geminiCodec.decodeReply(body, CONTEXT);
    const { body: again, losses } = geminiCodec.encodeReply(reply, CONTEXT);
    expect(losses).toStrictEqual([]);
    expect(geminiCodec.decodeReply(again, CONTEXT)).toStrictEqual(underOurName(reply));
    expect(objectsIn(again.candidates).map(({ finishReason }) => finishReason)).toStrictEqual(["STOP"]);
  });
});

describe.skipIf(!isPresent)("recorded streams of Gemini", () => {
  test.each(namedRows(recordings(".chunks.txt")))("%s is read field by field as it was recorded", (_name, file) => {
    const chunks = chunksIn(file);
    const { isWhole, ...reply } = collectReply(readStream(chunks));
    expect(isWhole).toBe(true);
    expect(toldBy(reply)).toStrictEqual(tellingOf(chunks));
  });

  test.each(namedRows(recordings(".chunks.txt")))("%s cut short is not whole", (_name, file) => {
    expect(collectReply(readStream(chunksIn(file).slice(0, -1))).isWhole).toBe(false);
  });

  test.each(namedRows(recordings(".chunks.txt")))(
    "%s is a legal stream when written again, and says the same",
    (_name, file) => {
      const events = readStream(chunksIn(file));
      const encoder = geminiCodec.createStreamEncoder(CONTEXT);
      const frames = events
        .map((event) => encoder.push(event))
        .join("")
        .split("\n\n")
        .slice(0, -1);
      expect(frames.filter((frame) => !frame.startsWith("data: {"))).toStrictEqual([]);
      const chunks = frames.map((frame) => objectFrom(frame.slice("data: ".length)));
      expectLegal(chunks);
      expect(encoder.losses()).toStrictEqual([]);
      expect(collectReply(readStream(chunks))).toStrictEqual(underOurName(collectReply(events)));
    },
  );

  test.each(namedRows(recordings(".chunks.txt")))(
    "%s written as one JSON array holds the same chunks",
    (_name, file) => {
      const events = readStream(chunksIn(file));
      const encoder = createArrayStreamEncoder(CONTEXT);
      const written: unknown = JSON.parse(events.map((event) => encoder.push(event)).join(""));
      expect(collectReply(readStream(Array.isArray(written) ? written : []))).toStrictEqual(
        underOurName(collectReply(events)),
      );
    },
  );
});

/** Every chunk is a whole response of one candidate with parts; only the last says why it finished, and what it used. */
function expectLegal(chunks: readonly JsonObject[]): void {
  const candidates = candidatesOf(chunks);
  expect(candidates).toHaveLength(chunks.length);
  expect(new Set(chunks.map(({ responseId, modelVersion }) => `${responseId} ${modelVersion}`)).size).toBe(1);
  for (const [at, candidate] of candidates.entries()) {
    const isLast = at === chunks.length - 1;
    expect(candidate).toMatchObject({ index: 0, content: { role: "model" } });
    expect(candidate.finishReason).toBe(isLast ? "STOP" : undefined);
    expect(chunks[at]?.usageMetadata !== undefined).toBe(isLast);
  }
  const parts = partsOf(chunks);
  expect(parts.length).toBeGreaterThanOrEqual(chunks.length);
  for (const call of callsOf(parts))
    expect(call).toStrictEqual({ id: expect.any(String), name: expect.any(String), args: expect.any(Object) });
}
