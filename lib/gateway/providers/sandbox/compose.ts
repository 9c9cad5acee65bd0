import { listIn, numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { exampleOf } from "./example-of-schema.ts";
import { type Knobs, OUTPUT_TOKENS_MAX } from "./knobs.ts";

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
/** What it says at most: longer texts are cut and end with `length`. */
const TEXT_CHARS_MAX = 256 * 1024;
const TOOL_CALLS_MAX = 16;
const TOOL_NAME_CHARS_MAX = 256;
const WORDS = "the switch on the yard was thrown and every train found its own track through the quiet evening".split(
  " ",
);

/** Composes the answer to a chat request: a tool call where tools are offered, an example of the schema where one is asked for, else text. */
export function compose(fields: Fields, knobs: Knobs, inputTokens: number): Composition {
  const toolCalls = toolCallsOf(fields);
  const { pieces, isCut } = toolCalls.length > 0 ? NOTHING_SAID : said(textOf(fields, knobs), fields);
  const outputTokens = pieces.length + toolCalls.reduce((sum, call) => sum + tokensIn(call.name + call.arguments), 0);
  return {
    pieces,
    toolCalls,
    finishReason: toolCalls.length > 0 ? "tool_calls" : isCut ? "length" : "stop",
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

const NOTHING_SAID = { pieces: [], isCut: false };

function said(text: string, fields: Fields) {
  const all = piecesOf(text.slice(0, TEXT_CHARS_MAX));
  const limit = numberIn(fields.max_completion_tokens ?? fields.max_tokens) ?? OUTPUT_TOKENS_MAX;
  const pieces = all.slice(0, Math.min(limit, OUTPUT_TOKENS_MAX));
  return { pieces, isCut: pieces.length < all.length || text.length > TEXT_CHARS_MAX };
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
  const last = objectIn(listIn(messages).findLast((message) => objectIn(message)?.role === "user"));
  if (typeof last?.content === "string") return last.content;
  return listIn(last?.content)
    .map((part) => objectIn(part)?.text)
    .filter((text) => typeof text === "string")
    .join(" ");
}

/** Calls the offered tools the choice allows, once each, unless the last message already brings results. */
function toolCallsOf(fields: Fields): ToolCall[] {
  const tools = listIn(fields.tools);
  if (tools.length === 0 || fields.tool_choice === "none") return [];
  if (objectIn(listIn(fields.messages).at(-1))?.role === "tool") return [];
  const forced = objectIn(objectIn(fields.tool_choice)?.function)?.name;
  const wanted = tools
    .map((tool) => objectIn(objectIn(tool)?.function))
    .filter((tool) => tool && (forced === undefined || tool.name === forced));
  return wanted.slice(0, fields.parallel_tool_calls === false ? 1 : TOOL_CALLS_MAX).map((tool, at) => ({
    id: `call_sandbox_${at}`,
    name: (textIn(tool?.name) ?? "").slice(0, TOOL_NAME_CHARS_MAX),
    arguments: JSON.stringify(exampleOf(tool?.parameters)),
  }));
}

const piecesOf = (text: string): string[] => text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];

export const tokensFor = (bytes: number) => Math.ceil(bytes / BYTES_PER_TOKEN);
const tokensIn = (text: string) => tokensFor(Buffer.byteLength(text));
