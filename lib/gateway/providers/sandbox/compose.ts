import { objectIn } from "#lib/gateway/dialects/read";
import { exampleOf } from "./example-of-schema.ts";
import type { Knobs } from "./knobs.ts";

type Fields = Readonly<Record<string, unknown>>;

export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string };

/** What the simulated model says: deterministic in its request. */
export type Composition = {
  readonly pieces: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  };
};

const BYTES_PER_TOKEN = 4;
const WORDS = "the switch on the yard was thrown and every train found its own track through the quiet evening".split(
  " ",
);

/** Composes the answer to a chat request: a tool call where tools are offered, an example of the schema where one is asked for, else text. */
export function compose(fields: Fields, knobs: Knobs): Composition {
  const toolCalls = toolCallsOf(fields);
  const full = toolCalls.length > 0 ? [] : piecesOf(textOf(fields, knobs));
  const limit = Number(fields.max_completion_tokens ?? fields.max_tokens ?? Number.POSITIVE_INFINITY);
  const pieces = full.slice(0, limit);
  const outputTokens = pieces.length + toolCalls.reduce((sum, call) => sum + tokensIn(call.name + call.arguments), 0);
  const inputTokens = tokensIn(JSON.stringify(fields.messages ?? fields.input ?? ""));
  return {
    pieces,
    toolCalls,
    finishReason: toolCalls.length > 0 ? "tool_calls" : pieces.length < full.length ? "length" : "stop",
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

function textOf(fields: Fields, knobs: Knobs): string {
  if (knobs.text !== undefined) return knobs.text;
  const format = objectIn(fields.response_format);
  if (format?.type === "json_schema") return JSON.stringify(exampleOf(objectIn(format.json_schema)?.schema));
  if (format?.type === "json_object") return JSON.stringify({ answer: "sandbox" });
  if (knobs.outputTokens > 0)
    return Array.from({ length: knobs.outputTokens }, (_, at) => WORDS[at % WORDS.length]).join(" ");
  return `This is the Switchyard sandbox. You said: ${lastUserText(fields.messages)}`;
}

function lastUserText(messages: unknown): string {
  const list = Array.isArray(messages) ? messages : [];
  const last = objectIn(list.findLast((message) => objectIn(message)?.role === "user"));
  if (typeof last?.content === "string") return last.content;
  const parts = Array.isArray(last?.content) ? last.content : [];
  return parts
    .map((part) => objectIn(part)?.text)
    .filter((text) => typeof text === "string")
    .join(" ");
}

/** Calls every offered tool the choice allows, once each, unless the last message already brings results. */
function toolCallsOf(fields: Fields): ToolCall[] {
  const tools = Array.isArray(fields.tools) ? fields.tools : [];
  const messages = Array.isArray(fields.messages) ? fields.messages : [];
  if (tools.length === 0 || fields.tool_choice === "none" || objectIn(messages.at(-1))?.role === "tool") return [];
  const forced = objectIn(objectIn(fields.tool_choice)?.function)?.name;
  const wanted = tools
    .map((tool) => objectIn(objectIn(tool)?.function))
    .filter((tool) => tool && (forced === undefined || tool.name === forced));
  const called = fields.parallel_tool_calls === false ? wanted.slice(0, 1) : wanted;
  return called.map((tool, at) => ({
    id: `call_sandbox_${at}`,
    name: String(tool?.name),
    arguments: JSON.stringify(exampleOf(tool?.parameters)),
  }));
}

const piecesOf = (text: string): string[] => text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];

const tokensIn = (text: string) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
