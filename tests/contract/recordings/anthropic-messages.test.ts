import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import { anthropicMessagesCodec } from "#lib/gateway/dialects/anthropic-messages/codec";
import {
  CONTEXT,
  decodeStream,
  encodeStream,
  faultsOf,
  messageOf,
  wireEventsOf,
} from "#lib/gateway/dialects/anthropic-messages/fixtures/wire";
import type { WireEvent } from "#lib/gateway/dialects/codec";
import { listIn, objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import type { Reply } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";

const FOLDER = join("..", "shared", "recordings", "ai-sdk", "anthropic");
const isAbsent = !existsSync(FOLDER);
const FILES = isAbsent ? [] : readdirSync(FOLDER);
const WHOLE = FILES.filter((file) => file.endsWith(".json"));
const STREAMED = FILES.filter((file) => file.endsWith(".chunks.txt"));

const { decodeReply, encodeReply } = anthropicMessagesCodec;

/** What an answer says, read off the recording without the code under test. */
type View = {
  readonly id: unknown;
  readonly model: unknown;
  readonly content: readonly unknown[];
  readonly finish: unknown;
  readonly input: unknown;
  readonly cached: unknown;
  readonly written: unknown;
  readonly output: unknown;
  readonly thought: unknown;
};

const FINISHES: Readonly<Record<string, string>> = { end_turn: "stop", tool_use: "tool-calls", refusal: "refusal" };

function viewOfRecording(message: JsonObject): View {
  const usage = objectIn(message.usage) ?? {};
  const count = (name: string) => Number(usage[name] ?? 0);
  return {
    id: message.id,
    model: message.model,
    content: listIn(message.content).map((block) => viewOfBlock(objectIn(block) ?? {})),
    finish: FINISHES[String(message.stop_reason)],
    input: count("input_tokens") + count("cache_read_input_tokens") + count("cache_creation_input_tokens"),
    cached: count("cache_read_input_tokens"),
    written: count("cache_creation_input_tokens"),
    output: count("output_tokens"),
    thought: Number(objectIn(usage.output_tokens_details)?.thinking_tokens ?? 0),
  };
}

function viewOfBlock(block: JsonObject): unknown {
  if (block.type === "text") return ["text", block.text, listIn(block.citations)];
  if (block.type === "thinking") return ["thinking", block.thinking, block.signature];
  if (block.type === "tool_use") return ["call", block.id, block.name, block.input];
  return ["foreign", block];
}

function viewOfReply({ id, model, choices, usage }: Reply): View {
  const [choice] = choices;
  return {
    id,
    model,
    content: choice?.parts.map(viewOfPart) ?? [],
    finish: choice?.finish.kind,
    input: usage?.inputTokens,
    cached: usage?.cachedInputTokens,
    written: usage?.cacheWriteTokens,
    output: usage?.outputTokens,
    thought: usage?.reasoningTokens,
  };
}

function viewOfPart(part: Part): unknown {
  if (part.kind === "text") return ["text", part.text, part.citations?.map(({ original }) => original.value) ?? []];
  if (part.kind === "reasoning") return ["thinking", part.text, part.signature?.value];
  if (part.kind === "tool-call") return ["call", part.id, part.name, parseExact(part.input)];
  return [part.kind, part.kind === "foreign" ? part.value : undefined];
}

const readText = (file: string) => readFileSync(join(FOLDER, file), "utf8");

/** The messages of a recorded stream: some recordings hold several requests. */
function messagesIn(file: string): readonly (readonly WireEvent[])[] {
  const messages: WireEvent[][] = [[]];
  for (const line of readText(file).split("\n").filter(Boolean)) {
    const data = objectIn(parseExact(line)) ?? {};
    messages.at(-1)?.push({ name: String(data.type), data });
    if (data.type === "message_stop") messages.push([]);
  }
  return messages.filter((events) => events.length > 0);
}

const isForeign = (block: unknown) => Array.isArray(block) && block[0] === "foreign";

test.skipIf(isAbsent)(`the recordings are in ${FOLDER}`, () => {
  expect(WHOLE.length).toBeGreaterThan(10);
  expect(STREAMED.length).toBeGreaterThan(10);
});

describe.skipIf(isAbsent)("whole answers", () => {
  test.each(WHOLE)("%s says the same, read by the codec", (file) => {
    const recorded = objectIn(parseExact(readText(file))) ?? {};
    expect(viewOfReply(decodeReply(recorded, CONTEXT))).toEqual(viewOfRecording(recorded));
  });

  test.each(WHOLE)("%s is written as it was recorded", (file) => {
    const recorded = objectIn(parseExact(readText(file))) ?? {};
    const { body, losses } = encodeReply(decodeReply(recorded, CONTEXT), { ...CONTEXT, model: String(recorded.model) });
    expect(losses).toEqual([]);
    expect(said(body)).toEqual(said(recorded));
  });
});

/** What is said beyond the defaults of the dialect: no nulls, and no counts of nothing. */
function said({ stop_sequence, usage, ...message }: JsonObject): unknown {
  const counts = Object.entries(objectIn(usage) ?? {}).filter(([, count]) => count !== 0);
  const members = Object.entries({ ...message, stop_sequence, usage: Object.fromEntries(counts) });
  return Object.fromEntries(members.filter(([, value]) => value !== null && value !== undefined));
}

describe.skipIf(isAbsent)("streams", () => {
  test.each(STREAMED)("%s says the same, read by the codec", (file) => {
    for (const events of messagesIn(file)) {
      const { isWhole, ...reply } = collectReply(decodeStream(events));
      expect(isWhole).toBe(true);
      expect(viewOfReply(reply)).toEqual(viewOfRecording(messageOf(events)));
    }
  });

  test.each(STREAMED)("%s is written as a stream of the dialect that says the same", (file) => {
    for (const events of messagesIn(file)) {
      const decoded = decodeStream(events);
      const written = wireEventsOf(encodeStream(decoded));
      const reply = collectReply(decoded);
      expect(faultsOf(written)).toEqual([]);
      expect(collectReply(decodeStream(written))).toEqual({ ...reply, model: CONTEXT.model });
      expect({ ...viewOfRecording(messageOf(written)), model: reply.model }).toEqual(
        viewOfRecording(messageOf(events)),
      );
    }
  });

  test.each(STREAMED)("%s cut off before its end is not taken for whole", (file) => {
    for (const events of messagesIn(file)) {
      const { isWhole } = collectReply(decodeStream(events.slice(0, -1)));
      expect(isWhole).toBe(false);
    }
  });
});

test.skipIf(isAbsent)("what only Anthropic has comes through as foreign parts", () => {
  const kinds = STREAMED.flatMap(messagesIn)
    .flatMap((events) => viewOfReply(collectReply(decodeStream(events))).content)
    .filter(isForeign)
    .map((block) => (Array.isArray(block) ? objectIn(block[1])?.type : undefined));
  expect(new Set(kinds)).toEqual(
    new Set([
      "server_tool_use",
      "advisor_tool_result",
      "text_editor_code_execution_tool_result",
      "bash_code_execution_tool_result",
      "compaction",
      "fallback",
      "tool_search_tool_result",
      "web_fetch_tool_result",
    ]),
  );
});
