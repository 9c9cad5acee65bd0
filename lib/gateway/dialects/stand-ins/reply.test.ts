import { expect, it } from "vitest";
import type { Part, Tool } from "#lib/gateway/conversation";
import { openAiChatCodec } from "#lib/gateway/dialects/openai-chat/codec";
import type { ReplyEvent } from "#lib/gateway/reply";
import { restoringCalls } from "./reply.ts";

const CONTEXT = { requestId: "0199c0de", createdAtS: 1 };
const OWN = "openai-responses";

const TOOLS: readonly Tool[] = [
  { kind: "custom", name: "patch" },
  { kind: "function", name: "ring" },
  { kind: "server", dialect: OWN, name: "local_shell", value: { type: "local_shell" } },
  {
    kind: "server",
    dialect: OWN,
    name: "namespace",
    value: {
      type: "namespace",
      name: "yard",
      tools: [
        { type: "function", name: "shunt" },
        { type: "custom", name: "note" },
      ],
    },
  },
];

const CALLED = [
  { name: "patch", args: '{"input":"*** Begin\\n火"}' },
  { name: "ring", args: '{"input":"a"}' },
  { name: "local_shell", args: '{"command":["ls"],"timeout_ms":5}' },
  { name: "yard__shunt", args: '{"track":2}' },
  { name: "yard__note", args: "written as it is" },
];

const RESTORED = [
  { kind: "tool-call", id: "c0", name: "patch", isCustom: true, input: "*** Begin\n火" },
  { kind: "tool-call", id: "c1", name: "ring", input: '{"input":"a"}' },
  {
    kind: "foreign",
    dialect: OWN,
    value: {
      type: "local_shell_call",
      id: "lsh_c2",
      call_id: "c2",
      status: "completed",
      action: { type: "exec", env: {}, command: ["ls"], timeout_ms: 5 },
    },
  },
  { kind: "tool-call", id: "c3", name: "shunt", namespace: "yard", input: '{"track":2}' },
  { kind: "tool-call", id: "c4", name: "note", namespace: "yard", isCustom: true, input: "written as it is" },
];

const codec = restoringCalls(openAiChatCodec, { tools: TOOLS });

const callOf = (at: number, name: string, args: string) => ({
  index: at,
  id: `c${at}`,
  type: "function",
  function: { name, arguments: args },
});

it("calls of functions that stand in are calls of the caller's tools again", () => {
  const tool_calls = CALLED.map(({ name, args }, at) => callOf(at, name, args));
  const message = { role: "assistant", content: null, tool_calls };
  const reply = codec.decodeReply({ choices: [{ index: 0, message, finish_reason: "tool_calls" }] }, CONTEXT);
  expect(reply.choices[0]?.parts).toEqual(RESTORED);
});

it("the same calls are told in a stream, one part after the other", () => {
  const decoder = codec.createStreamDecoder(CONTEXT);
  const deltas = CALLED.flatMap(({ name, args }, at) => [
    { tool_calls: [callOf(at, name, "")] },
    ...[...args].map((letter) => ({ tool_calls: [{ index: at, function: { arguments: letter } }] })),
  ]);
  const chunks = [
    ...deltas.map((delta) => ({ index: 0, delta, finish_reason: null })),
    { index: 0, delta: {}, finish_reason: "tool_calls" },
  ];
  const events = [...chunks.flatMap((choice) => decoder.push({ data: { choices: [choice] } })), ...decoder.end()];
  expect(joined(events)).toEqual(RESTORED);
  const order = events.flatMap((event) =>
    "part" in event && event.kind !== "delta" ? [`${event.kind} ${event.part}`] : [],
  );
  expect(order).toEqual(CALLED.flatMap((_call, at) => [`part-start ${at}`, `part-end ${at}`]));
});

it("where nothing stands in the codec is left alone", () => {
  expect(restoringCalls(openAiChatCodec, { tools: [{ kind: "function", name: "ring" }] })).toBe(openAiChatCodec);
});

function joined(events: readonly ReplyEvent[]): readonly object[] {
  const parts: (Partial<Part> & { input?: string })[] = [];
  for (const event of events) {
    if (event.kind === "part-start") parts.push(event.of.kind === "tool-call" ? { ...event.of, input: "" } : event.of);
    const last = parts.at(-1);
    if (event.kind === "delta" && last) last.input += event.text;
  }
  return parts;
}
