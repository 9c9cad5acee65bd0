import type { DialectId } from "#lib/gateway/conversation";
import type { Script } from "#tests/support/dialect-upstream-script";
import type { JsonObject } from "#tests/support/pairs-json";
import type { ToolOutput } from "#tests/support/pairs-question";
import { ASK, asking, type Case, type Pair, USAGE } from "./case.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A schema with what dialects spell differently: lists, choices, nothing further allowed, references. */
const PLACE: JsonObject = {
  type: "object",
  properties: {
    track: { type: "integer", minimum: 1 },
    wagons: { type: "array", items: { $ref: "#/$defs/wagon" }, minItems: 1 },
  },
  required: ["track"],
  additionalProperties: false,
  $defs: { wagon: { type: "string", enum: ["flat", "tank"] } },
};

export const SHUNT = { name: "shunt", description: "Moves wagons to a track.", schema: PLACE };
export const WHISTLE = {
  name: "whistle",
  description: "Sounds the whistle.",
  schema: { type: "object", properties: { seconds: { type: "number" } } },
};

export const CALLS: Script = {
  said: [
    { kind: "text", text: "I move them." },
    { kind: "call", id: "call_a1", name: "shunt", input: { track: 2, wagons: ["flat", "tank"] } },
    { kind: "call", id: "call_b2", name: "whistle", input: { seconds: 1.5 } },
  ],
  finish: "calls",
  usage: USAGE,
};

const ONE_CALL: Script = { ...CALLS, said: CALLS.said.slice(0, 2) };

const turnWith = (...results: readonly ToolOutput[]) =>
  asking({
    tools: [SHUNT, WHISTLE],
    turns: [
      { who: "user", parts: [{ text: "Make up the train." }] },
      {
        who: "model",
        parts: [
          { text: "I move them." },
          { call: "call_a1", name: "shunt", input: { track: 2, wagons: ["flat"] } },
          ...(results.length > 1 ? [{ call: "call_b2", name: "whistle", input: {} }] : []),
        ],
      },
      { who: "tools", parts: results },
    ],
  });

const DONE: ToolOutput = { result: "call_a1", name: "shunt", output: "moved to track 2" };
const FAILED: ToolOutput = { ...DONE, output: "track 2 is taken", failed: true };
const SHOWN: ToolOutput = { ...DONE, output: "see", image: { type: "image/png", data: PIXEL } };

const withChoice = (choice: NonNullable<ReturnType<typeof asking>["choice"]>) =>
  asking({ tools: [SHUNT, WHISTLE], choice });

const strict = { ...SHUNT, strict: true };

/** A custom tool is known where callers have it themselves, and to Responses. */
const isKept = ({ caller, upstream }: Pair) => caller === upstream || upstream === "openai-responses";

const OWN_CUSTOM: Readonly<Partial<Record<DialectId, JsonObject>>> = {
  "openai-chat": { tools: [{ type: "custom", custom: { name: "patch", description: "Takes a patch." } }] },
  "openai-responses": { tools: [{ type: "custom", name: "patch", description: "Takes a patch." }] },
};

const GROUP: JsonObject = {
  type: "namespace",
  name: "yard",
  description: "Work in the yard.",
  tools: [{ type: "function", name: "shunt", parameters: PLACE, strict: false }],
};

/** A function of a name, as a part of a request. */
function functionIn(upstream: DialectId, name: string): JsonObject {
  if (upstream === "gemini") return { tools: [{ functionDeclarations: [{ name }] }] };
  return { tools: [upstream === "openai-chat" ? { type: "function", function: { name } } : { name }] };
}

export const TOOL_CASES: Readonly<Record<string, Case>> = {
  tools: { asks: asking({ tools: [SHUNT, WHISTLE] }), says: CALLS },
  "tool-turn": {
    asks: turnWith(DONE, { result: "call_b2", name: "whistle", output: '{"heard":true}' }),
  },
  "choice-auto": { asks: withChoice("auto") },
  "choice-none": { asks: withChoice("none") },
  "choice-required": { asks: withChoice("required"), says: CALLS },
  "choice-named": { asks: withChoice({ named: "whistle" }), says: CALLS },
  "choice-allowed": {
    asks: asking({
      tools: [SHUNT, WHISTLE, { ...WHISTLE, name: "ring" }],
      choice: { oneOf: ["shunt", "whistle"] },
    }),
    arrives: ({ upstream }) =>
      upstream === "anthropic-messages" ? { tools: [SHUNT, WHISTLE], choice: "required" } : {},
  },
  "one-at-a-time": {
    asks: asking({ tools: [SHUNT, WHISTLE], oneAtATime: true }),
    // An upstream that calls two all the same.
    says: CALLS,
    arrives: ({ upstream }) => (upstream === "gemini" ? { tools: [SHUNT, WHISTLE] } : {}),
    hears: ({ caller, upstream }) => (caller === upstream ? undefined : ONE_CALL),
  },
  "strict-tool": {
    asks: asking({ tools: [strict] }),
    isLost: ({ tools }) => tools?.[0]?.strict === undefined,
  },
  "tool-failed": {
    asks: turnWith(FAILED),
    isLost: ({ turns }) => JSON.stringify(turns.at(-1)?.parts) === JSON.stringify([{ ...FAILED, failed: undefined }]),
  },
  "tool-image": {
    asks: turnWith(SHOWN),
    arrives: ({ caller, upstream }) => (upstream === "openai-chat" && caller !== upstream ? SHOWN_BY_USER : {}),
  },
  "custom-tool": {
    asks: ASK,
    adds: {
      "openai-chat": { tools: [{ type: "custom", custom: { name: "patch", description: "Takes a patch." } }] },
      "openai-responses": { tools: [{ type: "custom", name: "patch", description: "Takes a patch." }] },
    },
    wire: (pair) => (isKept(pair) ? (OWN_CUSTOM[pair.upstream] ?? {}) : functionIn(pair.upstream, "patch")),
  },
  "tool-group": {
    asks: ASK,
    adds: { "openai-responses": { tools: [GROUP] } },
    wire: (pair) => (isKept(pair) ? { tools: [GROUP] } : functionIn(pair.upstream, "yard__shunt")),
  },
  "shell-tool": {
    asks: ASK,
    adds: { "openai-responses": { tools: [{ type: "local_shell" }] } },
    wire: (pair) => (isKept(pair) ? { tools: [{ type: "local_shell" }] } : functionIn(pair.upstream, "local_shell")),
  },
  "cached-search": {
    asks: ASK,
    adds: {
      "openai-responses": {
        tools: [
          { type: "function", name: "shunt", parameters: PLACE, strict: false },
          { type: "web_search", external_web_access: false },
        ],
      },
    },
    arrives: () => ({ tools: [{ name: "shunt", description: "", schema: PLACE, strict: false }] }),
    isLost: ({ tools }, body) => tools?.length === 1 && !JSON.stringify(body).includes("web_search"),
  },
  "server-tool": {
    asks: ASK,
    adds: {
      "openai-chat": { web_search_options: { search_context_size: "low" } },
      "openai-responses": { tools: [{ type: "web_search" }] },
      "anthropic-messages": { tools: [{ type: "web_search_20250305", name: "web_search" }] },
      gemini: { tools: [{ googleSearch: {} }] },
    },
    arrives: () => ({}),
  },
};

const SHOWN_BY_USER = {
  turns: [
    ...turnWith({ ...DONE, output: "see" }).turns,
    {
      who: "user",
      parts: [{ text: "Result of tool call call_a1:" }, { image: { type: "image/png", data: PIXEL } }],
    },
  ],
} as const;
