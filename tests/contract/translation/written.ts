import type { DialectId } from "#lib/gateway/conversation";
import type { Call, Told } from "#tests/support/pairs-answer";

/** What an answer that is written by hand says, read by a person. */
export type Says = Partial<Pick<Told, "text" | "refusal" | "calls">> & {
  readonly thoughts?: string;
  readonly finish: Told["finish"];
  readonly usage: NonNullable<Told["usage"]>;
  readonly cites?: readonly string[];
};

const usage = (input: number, output: number, { cached = 0, reasoning = 0 } = {}) => ({
  input,
  cached,
  output,
  reasoning,
});

const SHUNT: Call = { id: "call_w1", name: "shunt", input: { track: 2, wagons: ["flat", "tank"] } };
const WHISTLE: Call = { id: "call_w2", name: "whistle", input: { seconds: 1.5 } };
const HISTORY = ["https://yards.example/history"];
const REFUSAL = "I'm sorry, I can't help with that.";

/** By dialect and file, in tests/contract/recordings/written. */
export const WRITTEN: Readonly<Record<DialectId, Readonly<Record<string, Says>>>> = {
  "openai-chat": {
    "parallel-tools-interleaved": {
      text: "Ich stelle um. 移",
      calls: [SHUNT, WHISTLE],
      finish: "calls",
      usage: usage(412, 64, { cached: 256, reasoning: 32 }),
    },
    refusal: { refusal: REFUSAL, finish: "stop", usage: usage(30, 11) },
    "content-filter": { text: "The first", finish: "filter", usage: usage(12, 2) },
    "web-citation": { text: "Yards are old [1].", cites: HISTORY, finish: "stop", usage: usage(80, 9) },
    "vllm-thoughts-and-call": {
      thoughts: "Track two\nis free.",
      calls: [{ ...SHUNT, id: "chatcmpl-tool-9f" }],
      finish: "calls",
      usage: usage(99, 41),
    },
    "openrouter-proof": {
      text: "Track 2.",
      thoughts: "Two is free.",
      finish: "stop",
      usage: usage(50, 20, { cached: 10, reasoning: 12 }),
    },
  },
  "openai-responses": {
    "thoughts-and-parallel-calls": {
      text: "I move them. 移",
      thoughts: "**Looking at the tracks**\n\nTwo is free.\n\n**Deciding**\n\nI take two.",
      calls: [SHUNT, WHISTLE],
      finish: "calls",
      usage: usage(412, 96, { cached: 256, reasoning: 64 }),
    },
    refusal: { refusal: REFUSAL, finish: "stop", usage: usage(30, 11) },
    "max-output": { text: "Once upon a", finish: "length", usage: usage(12, 16) },
    "content-filter": { text: "The first", finish: "filter", usage: usage(12, 2) },
    "web-citation": { text: "Yards are old [1].", cites: HISTORY, finish: "stop", usage: usage(80, 9) },
    "custom-call": {
      calls: [{ id: "call_w3", name: "apply_patch", input: '*** Begin Patch\n+"火"\n*** End Patch\n' }],
      finish: "calls",
      usage: usage(200, 40),
    },
  },
  "anthropic-messages": {
    "thoughts-and-parallel-tools": {
      text: "I move them.",
      thoughts: "Two is free.\n空",
      calls: [
        { ...SHUNT, id: "toolu_w1" },
        { id: "toolu_w2", name: "now", input: {} },
      ],
      finish: "calls",
      usage: usage(476, 120, { cached: 256, reasoning: 48 }),
    },
    "stop-sequence": { text: "One two ", finish: "stop", usage: usage(20, 4) },
    "max-tokens": { text: "Once upon a", finish: "length", usage: usage(12, 16) },
    "context-full": { text: "Once", finish: "length", usage: usage(199_000, 1_000) },
    refused: { text: "I can't", finish: "filter", usage: usage(12, 3) },
    "web-citation": { text: "Yards are old. So it is.", cites: HISTORY, finish: "stop", usage: usage(80, 9) },
  },
  gemini: {
    "thoughts-and-parallel-calls": {
      thoughts: "**Looking**\n\nTwo is free.",
      calls: [
        { ...SHUNT, id: "" },
        { id: "", name: "now", input: {} },
      ],
      finish: "calls",
      usage: usage(412, 95, { cached: 256, reasoning: 64 }),
    },
    "max-tokens": { text: "Once upon a", finish: "length", usage: usage(12, 16) },
    safety: { text: "The first", finish: "filter", usage: usage(12, 2) },
    grounded: { text: "Höfe sind alt.", cites: HISTORY, finish: "stop", usage: usage(120, 9) },
    "signed-text": { text: "Two.", finish: "stop", usage: usage(12, 22, { reasoning: 20 }) },
  },
};
