import type { Usage } from "#lib/base/request-record";
import { objectOf, readUsage } from "./read-usage.ts";

/** What we need to know of one streamed chunk. */
export type ChunkView = {
  readonly hasContent: boolean;
  readonly isFinish: boolean;
  /** UTF-8 bytes of text, reasoning and tool arguments: the base of an estimate when usage never comes. */
  readonly outputBytes: number;
  readonly usage: Usage | undefined;
  /** True for the chunk that carries only usage and no choice. */
  readonly isUsageOnly: boolean;
  readonly error: unknown;
};

/** Reads one `chat.completion.chunk`, already parsed. Lenient: what is missing is not there. */
export function readChunk(value: unknown): ChunkView {
  const chunk = objectOf(value);
  const choices = Array.isArray(chunk?.choices) ? chunk.choices : [];
  const usage = chunk?.usage ? readUsage(chunk.usage) : undefined;
  let outputBytes = 0;
  let isFinish = false;
  for (const raw of choices) {
    const choice = objectOf(raw);
    outputBytes += outputBytesOf(choice);
    if (choice?.finish_reason) isFinish = true;
  }
  const isUsageOnly = choices.length === 0 && Boolean(chunk?.usage);
  return { hasContent: outputBytes > 0 || isFinish, isFinish, outputBytes, usage, isUsageOnly, error: chunk?.error };
}

function outputBytesOf(choice: Readonly<Record<string, unknown>> | undefined): number {
  if (typeof choice?.text === "string") return Buffer.byteLength(choice.text);
  const delta = objectOf(choice?.delta);
  if (delta === undefined) return 0;
  return (
    bytesOf(delta.content) + bytesOf(delta.reasoning_content) + bytesOf(delta.refusal) + toolBytesOf(delta.tool_calls)
  );
}

function toolBytesOf(calls: unknown): number {
  if (!Array.isArray(calls)) return 0;
  let bytes = 0;
  for (const call of calls) {
    const named = objectOf(objectOf(call)?.function);
    bytes += bytesOf(named?.name) + bytesOf(named?.arguments);
  }
  return bytes;
}

const bytesOf = (value: unknown) => (typeof value === "string" ? Buffer.byteLength(value) : 0);
