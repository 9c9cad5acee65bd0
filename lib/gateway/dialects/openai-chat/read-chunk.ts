import { type ChunkView, choicesTo } from "#lib/gateway/dialects/passage";
import { objectIn } from "../read.ts";
import { errorIn } from "./error-in.ts";
import { readUsage } from "./usage.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Reads one `chat.completion.chunk`, already parsed. Lenient: what is missing is not there. */
export function readChunk(value: unknown): ChunkView {
  const chunk = objectIn(value);
  const choices = Array.isArray(chunk?.choices) ? chunk.choices : [];
  let outputBytes = 0;
  let finishes = 0;
  let choicesMin = 1;
  // Moonshot puts the usage into the last choice, Groq into a member of its own.
  let usage = chunk?.usage ?? objectIn(chunk?.x_groq)?.usage;
  for (const raw of choices) {
    const choice = objectIn(raw);
    outputBytes += outputBytesOf(choice);
    if (choice?.finish_reason) finishes++;
    choicesMin = Math.max(choicesMin, choicesTo(choice?.index));
    usage ??= choice?.usage;
  }
  const isText = choices.length === 1 && outputBytes > 0 && finishes === 0 && !usage;
  return {
    ...(isText && textOf(objectIn(choices[0]), outputBytes)),
    hasContent: outputBytes > 0 || finishes > 0,
    finishes,
    choicesMin,
    outputBytes,
    isEnd: false,
    usage: usage ? readUsage(usage) : undefined,
    usageKind: "whole",
    isUsageOnly: choices.length === 0 && Boolean(chunk?.usage),
    error: chunk && errorIn(chunk),
  };
}

const TEXTS = ["content", "reasoning_content", "reasoning"];

/** Gives the text that makes up all of a choice's output, where it is one. */
function textOf(choice: Fields | undefined, outputBytes: number): Pick<ChunkView, "text"> {
  const delta = objectIn(choice?.delta) ?? {};
  const places =
    choice?.text === undefined ? TEXTS.map((name) => [name, delta[name]] as const) : [["text", choice.text] as const];
  for (const [name, value] of places)
    if (typeof value === "string" && Buffer.byteLength(value) === outputBytes) return { text: { name, value } };
  return {};
}

function outputBytesOf(choice: Fields | undefined): number {
  if (typeof choice?.text === "string") return Buffer.byteLength(choice.text);
  // A whole answer says `message`.
  const delta = objectIn(choice?.delta) ?? objectIn(choice?.message);
  if (delta === undefined) return 0;
  // vLLM, Ollama and Groq say `reasoning`, the others `reasoning_content`.
  const reasoning = delta.reasoning_content ?? delta.reasoning;
  const texts = bytesOf(delta.content) + bytesOf(reasoning) + bytesOf(delta.refusal);
  // The older form of a call, and what a spoken answer says.
  const others = callBytesOf(delta.function_call) + bytesOf(objectIn(delta.audio)?.transcript);
  return texts + toolBytesOf(delta.tool_calls) + others;
}

function toolBytesOf(calls: unknown): number {
  if (!Array.isArray(calls)) return 0;
  let bytes = 0;
  for (const call of calls) bytes += callBytesOf(objectIn(call)?.function);
  return bytes;
}

function callBytesOf(raw: unknown): number {
  const call = objectIn(raw);
  return bytesOf(call?.name) + bytesOf(call?.arguments);
}

/** Counts a text, or a list of parts: Mistral's reasoning models stream `text` parts and `thinking` parts of such. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (!Array.isArray(value)) return 0;
  let bytes = 0;
  for (const raw of value) {
    const part = objectIn(raw);
    bytes += bytesOf(part?.text) + bytesOf(part?.thinking);
  }
  return bytes;
}
