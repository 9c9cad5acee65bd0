import fc from "fast-check";
import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type {
  Conversation,
  DialectId,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from "#lib/gateway/conversation";
import type { Choice, FinishKind, Reply, ReplyEvent } from "#lib/gateway/reply";

/** Arbitrary conversations and answers of what all four dialects carry; a dialect's own test adds what only it has. */

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
const callId = fc.stringMatching(/^call_[A-Za-z0-9]{4,20}$/);
const base64 = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const jsonText = fc
  .dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 })), {
    maxKeys: 4,
    noNullPrototype: true,
  })
  .map((value) => JSON.stringify(value));

const schema: fc.Arbitrary<JsonObject> = fc
  .dictionary(name, fc.constantFrom<JsonObject>({ type: "string" }, { type: "integer" }, { type: "boolean" }), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  })
  .map((properties) => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }));

const textPart: fc.Arbitrary<TextPart> = text.map((value) => ({ kind: "text", text: value }));
const imagePart: fc.Arbitrary<Part> = base64.map((value) => ({
  kind: "image",
  media: { kind: "data", mediaType: "image/png", base64: value },
}));
const userMessage: fc.Arbitrary<Message> = fc
  .array(fc.oneof({ weight: 3, arbitrary: textPart }, { weight: 1, arbitrary: imagePart }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => ({ role: "user", parts }));

const toolCall: fc.Arbitrary<ToolCallPart> = fc
  .tuple(callId, name, jsonText)
  .map(([id, tool, input]) => ({ kind: "tool-call", id, name: tool, input }));
const toolCalls = fc.uniqueArray(toolCall, { selector: ({ id }) => id, minLength: 1, maxLength: 3 });

/** Reasoning with a proof of the dialect under test. */
export const reasoningOf = (origin: DialectId): fc.Arbitrary<ReasoningPart> =>
  fc.tuple(text, base64).map(([thought, value]) => ({
    kind: "reasoning",
    form: "full",
    text: thought,
    signature: { origin, value },
  }));

/** An assistant's turn, and the results of what it called. */
const turn: fc.Arbitrary<readonly Message[]> = fc
  .tuple(fc.option(textPart, { nil: undefined }), fc.option(toolCalls, { nil: undefined }), text)
  .map(([said, calls, result]): readonly Message[] => {
    const parts: readonly Part[] = [...(said ? [said] : []), ...(calls ?? [])];
    const assistant: Message = {
      role: "assistant",
      parts: parts.length === 0 ? [{ kind: "text", text: result }] : parts,
    };
    if (!calls) return [assistant];
    const results = calls.map(
      ({ id, name: tool }): Part => ({
        kind: "tool-result",
        callId: id,
        name: tool,
        content: [{ kind: "text", text: result }],
      }),
    );
    return [assistant, { role: "tool", parts: results }];
  });

const messages = fc
  .tuple(fc.option(text, { nil: undefined }), userMessage, fc.array(fc.tuple(turn, userMessage), { maxLength: 2 }))
  .map(([system, first, rest]): readonly Message[] => [
    ...(system === undefined ? [] : [{ role: "system", parts: [{ kind: "text", text: system }] } as const]),
    first,
    ...rest.flatMap(([said, next]) => [...said, next]),
  ]);

const tools = fc.uniqueArray(
  fc
    .tuple(name, text, schema)
    .map(([tool, description, rules]) => ({ kind: "function", name: tool, description, schema: rules }) as const),
  { selector: ({ name: tool }) => tool, maxLength: 3 },
);

/** What every pair of dialects must carry. Tool results name their tool; a dialect that does not say it drops the name. */
export const conversations: fc.Arbitrary<Conversation> = fc
  .record({
    messages,
    tools,
    choice: fc.constantFrom("auto", "none", "required", "named", undefined),
    output: fc.option(fc.tuple(name, schema), { nil: undefined }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 32_000 }), { nil: undefined }),
    stop: fc.option(fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    temperature: fc.option(fc.constantFrom(0, 0.5, 1), { nil: undefined }),
  })
  .map(({ choice, output, ...given }): Conversation => {
    const [first] = given.tools;
    const toolChoice =
      first === undefined || choice === undefined
        ? undefined
        : choice === "named"
          ? ({ kind: "named", name: first.name } as const)
          : ({ kind: choice } as const);
    return {
      messages: given.messages,
      tools: given.tools,
      ...(toolChoice === undefined ? {} : { toolChoice }),
      ...(output === undefined
        ? {}
        : { output: { kind: "json-schema", name: output[0], schema: output[1], isStrict: true } as const }),
      ...(given.maxOutputTokens === undefined ? {} : { maxOutputTokens: given.maxOutputTokens }),
      ...(given.stop === undefined ? {} : { stop: given.stop }),
      ...(given.temperature === undefined ? {} : { temperature: given.temperature }),
    };
  });

const usages: fc.Arbitrary<Usage> = fc
  .tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(5_000), fc.nat(5_000))
  .map(([fresh, cachedInputTokens, visible, reasoningTokens]) => ({
    ...NO_USAGE,
    inputTokens: fresh + cachedInputTokens,
    cachedInputTokens,
    outputTokens: visible + reasoningTokens,
    reasoningTokens,
  }));

/** An answer of one choice: text, then tool calls. */
export const replies: fc.Arbitrary<Reply> = fc
  .tuple(fc.option(textPart, { nil: undefined }), fc.option(toolCalls, { nil: undefined }), usages, text)
  .map(([said, calls, usage, otherwise]): Reply => {
    const parts: readonly Part[] = [...(said ? [said] : []), ...(calls ?? [])];
    const kind: FinishKind = calls ? "tool-calls" : "stop";
    const choice: Choice = {
      index: 0,
      parts: parts.length === 0 ? [{ kind: "text", text: otherwise }] : parts,
      finish: { kind },
    };
    return { id: "reply_1", model: "model-1", createdAtS: 1_760_000_000, choices: [choice], usage };
  });

/** The events of a reply, each part cut into the given number of deltas. */
export function eventsOf(reply: Reply, pieces = 3): readonly ReplyEvent[] {
  const { id, model, createdAtS, usage, choices } = reply;
  return [
    { kind: "start", id, model, createdAtS },
    ...choices.flatMap(({ index: choice, parts, finish }): readonly ReplyEvent[] => [
      ...parts.flatMap((value, part) => eventsOfPart(value, { choice, part, pieces })),
      { kind: "finish", choice, finish },
    ]),
    ...(usage ? [{ kind: "usage", usage } as const] : []),
    { kind: "end" },
  ];
}

type Place = { readonly choice: number; readonly part: number; readonly pieces: number };

function eventsOfPart(value: Part, { choice, part, pieces }: Place): readonly ReplyEvent[] {
  if (value.kind !== "text" && value.kind !== "tool-call" && value.kind !== "reasoning") return [];
  const deltas = cut(value.kind === "tool-call" ? value.input : value.text, pieces);
  return [
    { kind: "part-start", choice, part, of: openingOf(value) },
    ...deltas.map((piece): ReplyEvent => ({ kind: "delta", choice, part, text: piece })),
    ...(value.kind === "reasoning" && value.signature
      ? [{ kind: "signature", choice, part, signature: value.signature } as const]
      : []),
    { kind: "part-end", choice, part },
  ];
}

const openingOf = (part: TextPart | ToolCallPart | ReasoningPart) => {
  if (part.kind === "text") return { kind: "text" } as const;
  if (part.kind === "tool-call") return { kind: "tool-call", id: part.id, name: part.name } as const;
  return { kind: "reasoning", form: part.form } as const;
};

function cut(whole: string, pieces: number): readonly string[] {
  const letters = [...whole];
  const size = Math.max(1, Math.ceil(letters.length / pieces));
  return Array.from({ length: Math.ceil(letters.length / size) }, (_, at) =>
    letters.slice(at * size, (at + 1) * size).join(""),
  );
}
