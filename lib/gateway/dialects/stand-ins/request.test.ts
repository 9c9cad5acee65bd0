import { expect, it } from "vitest";
import type { Conversation, JsonObject, Tool } from "#lib/gateway/conversation";
import { standIn } from "./request.ts";

const PATCH: Tool = {
  kind: "custom",
  name: "apply_patch",
  format: { type: "grammar", syntax: "lark", definition: "start: x" },
};
const RING: Tool = { kind: "function", name: "ring", schema: { type: "object" } };
const server = (name: string, value: JsonObject = {}): Tool => ({
  kind: "server",
  dialect: "openai-responses",
  name,
  value: { type: name, ...value },
});
const SEARCH = server("web_search", { external_web_access: false });
const GROUP = server("namespace", {
  name: "agents",
  description: "Other agents.",
  tools: [{ type: "function", name: "spawn", parameters: { type: "object" } }],
});

const of = (tools: readonly Tool[], more: Partial<Conversation> = {}) =>
  standIn({ messages: [], tools, ...more }, "anthropic-messages");

it("a tool with free text becomes a function of one field, that tells the grammar", () => {
  const { conversation, lossesOf } = of([RING, PATCH]);
  expect(conversation.tools).toEqual([
    RING,
    {
      kind: "function",
      name: "apply_patch",
      description: expect.stringMatching(/`input`.*lark grammar:\nstart: x$/s),
      schema: {
        type: "object",
        properties: { input: { type: "string" } },
        required: ["input"],
        additionalProperties: false,
      },
    },
  ]);
  expect(lossesOf([])).toEqual([{ field: "tools.1", weight: "harmless" }]);
});

it("a group becomes its functions, and what is lost later is named by the place the caller knows", () => {
  const { conversation, lossesOf } = of([GROUP, RING]);
  expect(conversation.tools.map(({ name }) => name)).toEqual(["agents__spawn", "ring"]);
  expect(lossesOf([{ field: "tools.1.isStrict", weight: "harmless" }])).toEqual([
    { field: "tools.0.description", weight: "harmless" },
    { field: "tools.1.isStrict", weight: "harmless" },
  ]);
});

it("search without the net is left out and reported beside the caller's own tools", () => {
  const { conversation, lossesOf } = of([SEARCH, RING]);
  expect(conversation.tools).toEqual([RING]);
  expect(lossesOf([{ field: "tools.0.isStrict", weight: "harmless" }])).toEqual([
    { field: "tools.0", weight: "harmless" },
    { field: "tools.1.isStrict", weight: "harmless" },
  ]);
});

it.each([
  ["alone", [SEARCH], {}],
  ["where a tool must be called", [SEARCH, RING], { toolChoice: { kind: "required" } as const }],
  ["with the net", [server("web_search"), RING], {}],
])("search %s stays, for the upstream to refuse", (_where, tools, more) => {
  expect(of(tools, more).conversation.tools).toEqual(tools);
});

it("an upstream of Responses is asked as the caller asks", () => {
  const conversation: Conversation = { messages: [], tools: [PATCH, GROUP, SEARCH] };
  expect(standIn(conversation, "openai-responses").conversation).toBe(conversation);
});

it("earlier calls and results are told as those of the functions", () => {
  const action = { type: "exec", command: ["ls"], env: {}, user: null };
  const { conversation } = of([PATCH], {
    messages: [
      {
        role: "assistant",
        parts: [
          { kind: "tool-call", id: "c1", name: "apply_patch", input: "*** Begin", isCustom: true },
          { kind: "tool-call", id: "c2", name: "spawn", namespace: "agents", input: "{}" },
          { kind: "foreign", dialect: "openai-responses", value: { type: "local_shell_call", call_id: "c3", action } },
        ],
      },
      {
        role: "tool",
        parts: [
          { kind: "tool-result", callId: "c1", content: [], isCustom: true },
          {
            kind: "foreign",
            dialect: "openai-responses",
            value: { type: "local_shell_call_output", call_id: "c3", output: "a" },
          },
        ],
      },
    ],
  });
  expect(conversation.messages.flatMap(({ parts }) => parts)).toEqual([
    { kind: "tool-call", id: "c1", name: "apply_patch", input: '{"input":"*** Begin"}' },
    { kind: "tool-call", id: "c2", name: "agents__spawn", input: "{}" },
    { kind: "tool-call", id: "c3", name: "local_shell", input: '{"command":["ls"],"env":{}}' },
    { kind: "tool-result", callId: "c1", content: [] },
    { kind: "tool-result", callId: "c3", name: "local_shell", content: [{ kind: "text", text: "a" }] },
  ]);
});
