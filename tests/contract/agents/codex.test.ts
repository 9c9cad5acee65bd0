import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Script } from "#tests/support/dialect-upstream-script";
import { READINGS } from "#tests/support/pairs";
import { type JsonObject, objectAt, parseSse } from "#tests/support/pairs-json";
import { callsOf, DONE, expectProof, FRONTS, openAgents, PROOF, questionOf, resultsOf, USAGE } from "./agent.ts";
import { FIRST, GRAMMAR, HEADERS, PATH, PIXEL, SHELL_TOOLS, TOOLS, turnOf } from "./codex-requests.ts";

const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+"火" \\n\t🚂\n*** End Patch\n';

const said = (
  ...calls: readonly { readonly id: string; readonly name: string; readonly input: JsonObject }[]
): Script => ({
  said: [
    { kind: "thought", text: "I look. 看", proof: PROOF },
    ...calls.map((call) => ({ kind: "call", ...call }) as const),
  ],
  finish: "calls",
  usage: USAGE,
});

const EXEC = { id: "call_1", name: "exec_command", input: { cmd: "ls" } };

const TAKES_PROOFS: ReadonlySet<DialectId> = new Set(["openai-responses", "anthropic-messages", "gemini"]);
const OTHERS = FRONTS.filter(({ upstream }) => upstream !== "openai-responses");

let agents: Awaited<ReturnType<typeof openAgents>>;
beforeAll(async () => {
  agents = await openAgents();
});
afterAll(() => agents.close());

const send = (body: JsonObject, script: Script) => agents.ask({ path: PATH, headers: HEADERS, body, script });
const read = (text: string) => READINGS["openai-responses"].stream(text, { isStrict: true });

/** Codex takes every item from the event that ends it, and gives it back without its state. */
const itemsIn = (text: string): readonly JsonObject[] =>
  parseSse(text)
    .events.filter(({ name }) => name === "response.output_item.done")
    .map(({ data }) => {
      const { status: _status, ...item } = objectAt(data.item);
      return item.type === "reasoning" ? { content: null, ...item } : item;
    });

const result = (call_id: string, output: JsonObject["output"], type = "function_call_output"): JsonObject => ({
  type,
  call_id,
  output,
});

describe.each(FRONTS)("Codex in front of $upstream", ({ upstream, model }) => {
  it("works in turns: thoughts, a command, an image as its result", async () => {
    const first = await send(turnOf(model, FIRST), said(EXEC));
    expect(read(first.text)).toMatchObject({ model, calls: [EXEC], finish: "calls", usage: USAGE });
    expect(JSON.stringify(first.heard.body)).toContain("You are Codex");
    expect(JSON.stringify(first.heard.body)).toContain("permissions instructions");
    expect(JSON.stringify(first.heard.body)).toContain(PIXEL.slice(PIXEL.indexOf(",") + 1));
    expect(questionOf(first.heard).tools?.[0]).toMatchObject({ name: "exec_command" });

    const shown = [
      { type: "input_text", text: "see" },
      { type: "input_image", image_url: PIXEL },
    ];
    const input = [...FIRST, ...itemsIn(first.text), result("call_1", shown)];
    const second = await send(turnOf(model, input), DONE);
    expect(read(second.text)).toMatchObject({ text: "It is done. 完", finish: "stop", usage: USAGE });
    expect(callsOf(second.heard)).toEqual([EXEC]);
    expect(resultsOf(second.heard)).toEqual([{ id: "call_1", output: "see" }]);
    expectProof(second.heard, TAKES_PROOFS);
    expect(second.dropped.filter((name) => !MAY_BE_LOST.includes(name))).toEqual([]);
    if (upstream === "openai-responses") expect(second.dropped).toEqual([]);
  });
});

/** What upstreams of others cannot be told, and what changes no answer. */
const MAY_BE_LOST = [
  "messages.N",
  "messages.N.parts.N",
  "messages.N.parts.N.detail",
  "messages.N.parts.N.content.N",
  "messages.N.parts.N.signature",
  "tools.N",
  "tools.N.description",
  "client_metadata",
  "include",
  "cacheKey",
  "verbosity",
  "reasoning.effort",
  "reasoning.show",
];

describe.each(OTHERS)("Codex's own tools in front of $upstream", ({ model }) => {
  it("a patch is free text on both sides of it, as the model writes it, and its result follows", async () => {
    const call = { id: "call_2", name: "apply_patch", input: { input: PATCH } };
    const first = await send(turnOf(model, FIRST), said(call));
    const tool = questionOf(first.heard).tools?.find(({ name }) => name === "apply_patch");
    expect(tool?.description).toContain(GRAMMAR);
    expect(tool?.schema).toMatchObject({ properties: { input: { type: "string" } }, required: ["input"] });
    expect(read(first.text).calls).toEqual([{ id: "call_2", name: "apply_patch", input: PATCH }]);
    const item = itemsIn(first.text).at(-1);
    expect(item).toMatchObject({ type: "custom_tool_call", call_id: "call_2", name: "apply_patch", input: PATCH });
    const told = parseSse(first.text).events.filter(({ name }) => name === "response.custom_tool_call_input.delta");
    expect(told.map(({ data }) => data.delta).join("")).toBe(PATCH);

    const input = [...FIRST, ...itemsIn(first.text), result("call_2", "Success.", "custom_tool_call_output")];
    const second = await send(turnOf(model, input), DONE);
    expect(callsOf(second.heard)).toEqual([call]);
    expect(resultsOf(second.heard)).toEqual([{ id: "call_2", output: "Success." }]);
    expectProof(second.heard, TAKES_PROOFS);
  });

  it("tools of a group are called by one name there and by two here", async () => {
    const { heard } = await send(turnOf(model, FIRST), DONE);
    const names = questionOf(heard).tools?.map(({ name }) => name) ?? [];
    expect(
      names.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)),
      names.join(),
    ).toBe(true);
    expect(names.slice(3)).toEqual([
      "multi_agent_v1__spawn_agent",
      "multi_agent_v1__wait_agent",
      expect.stringMatching(/^mcp__yard__look_up_the_timetable.*_[0-9a-f]{8}$/),
    ]);

    const calls = [
      { id: "call_3", name: "multi_agent_v1__spawn_agent", input: { message: "Go." } },
      { id: "call_4", name: names[5] ?? "", input: { train: "IC 5" } },
    ];
    const first = await send(turnOf(model, FIRST), said(...calls));
    expect(itemsIn(first.text).slice(-2)).toMatchObject([
      { type: "function_call", call_id: "call_3", namespace: "multi_agent_v1", name: "spawn_agent" },
      {
        type: "function_call",
        call_id: "call_4",
        namespace: "mcp__yard",
        name: "look_up_the_timetable_of_a_train_with_a_deliberately_long_name",
      },
    ]);
    const results = [result("call_3", "spawned"), result("call_4", [{ type: "input_text", text: "12:00" }])];
    const second = await send(turnOf(model, [...FIRST, ...itemsIn(first.text), ...results]), DONE);
    expect(callsOf(second.heard)).toEqual(calls);
    expect(resultsOf(second.heard).map(({ output }) => output)).toEqual(["spawned", "12:00"]);
  });

  it("search without the net is left out and reported", async () => {
    const { dropped, heard } = await send(turnOf(model, FIRST), DONE);
    expect(dropped).toContain("tools.N");
    expect(JSON.stringify(heard.body)).not.toContain("web_search");
  });

  it("the shell of its first models runs the command that was called", async () => {
    const call = { id: "call_5", name: "local_shell", input: { command: ["ls", "-l"], working_directory: "/yard" } };
    const first = await send(turnOf(model, FIRST, SHELL_TOOLS), said(call));
    const item = parseSse(first.text).events.findLast(({ name }) => name === "response.output_item.done")?.data.item;
    expect(item).toMatchObject({
      type: "local_shell_call",
      call_id: "call_5",
      status: "completed",
      action: { type: "exec", command: ["ls", "-l"], working_directory: "/yard", env: {} },
    });
    const input = [...FIRST, ...itemsIn(first.text), result("call_5", "total 0")];
    const second = await send(turnOf(model, input, SHELL_TOOLS), DONE);
    expect(callsOf(second.heard)).toMatchObject([call]);
    expect(resultsOf(second.heard)).toEqual([{ id: "call_5", output: "total 0" }]);
  });
});

it("an upstream of Responses is given all of it as it is, and keeps nothing", async () => {
  const body = turnOf("through-openai-responses", FIRST);
  const { heard } = await send(body, DONE);
  expect(heard.body).toEqual({ ...body, model: "gpt-5.2" });
  expect(heard.body.tools).toEqual(TOOLS);
});
