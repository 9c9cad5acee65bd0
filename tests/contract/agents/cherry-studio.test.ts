import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Script } from "#tests/support/dialect-upstream-script";
import { READINGS } from "#tests/support/pairs";
import type { JsonObject } from "#tests/support/pairs-json";
import { callsOf, DONE, FRONTS, openAgents, PROOF, questionOf, resultsOf, USAGE } from "./agent.ts";
import { FIRST, HEADERS, PATH, PIXEL, THOUGHTS, turnOf } from "./cherry-studio-requests.ts";

const CALL = { id: "call_1", name: "mcp__yard__list_tracks", input: { kind: "free" } };

const WORKS: Script = {
  said: [
    { kind: "thought", text: "I look. 看", proof: PROOF },
    { kind: "text", text: "I look at the tracks." },
    { kind: "call", ...CALL },
  ],
  finish: "calls",
  usage: USAGE,
};

let agents: Awaited<ReturnType<typeof openAgents>>;
beforeAll(async () => {
  agents = await openAgents();
});
afterAll(() => agents.close());

const send = (body: JsonObject, script: Script) => agents.ask({ path: PATH, headers: HEADERS, body, script });
const read = (text: string) => READINGS["openai-chat"].stream(text, { isStrict: true });

/** What it keeps of an answer: the text, the thoughts as text, the calls. */
const kept = (text: string): JsonObject => {
  const told = read(text);
  return {
    role: "assistant",
    content: told.text,
    reasoning_content: told.thoughts.map((thought) => thought.text).join(""),
    tool_calls: told.calls.map(({ id, name, input }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    })),
  };
};

describe.each(Object.entries(THOUGHTS))("Cherry Studio, with thoughts %s", (how, more) => {
  it.each(FRONTS)("works in turns in front of $upstream", async ({ upstream, model }) => {
    const first = await send(turnOf(model, FIRST, more), WORKS);
    const told = read(first.text);
    expect(told).toMatchObject({ model, text: "I look at the tracks.", finish: "calls", usage: USAGE });
    expect(told.calls).toMatchObject([CALL]);
    expect(told.thoughts.map(({ text }) => text).join("")).toBe("I look. 看");
    const question = questionOf(first.heard);
    expect(question.tools).toMatchObject([{ name: "mcp__yard__list_tracks" }, { name: "builtin_web_search" }]);
    expect(JSON.stringify(first.heard.body)).toContain(PIXEL.slice(PIXEL.indexOf(",") + 1));
    expectThoughts(how, upstream, first.heard.body);

    const results = [{ role: "tool", tool_call_id: "call_1", content: '[{"type":"text","text":"3"}]' }];
    const second = await send(turnOf(model, [...FIRST, kept(first.text), ...results], more), DONE);
    expect(read(second.text)).toMatchObject({ text: "It is done. 完", finish: "stop", usage: USAGE });
    expect(callsOf(second.heard)).toEqual([CALL]);
    expect(resultsOf(second.heard)).toEqual([{ id: "call_1", output: '[{"type":"text","text":"3"}]' }]);
    expect(second.dropped.filter((name) => !MAY_BE_LOST.includes(name))).toEqual([]);
    if (upstream === "openai-chat") expect(second.dropped).toEqual([]);
  });
});

/** What upstreams of others cannot be told, and what changes no answer. */
const MAY_BE_LOST = ["messages.N.parts.N", "reasoning.budgetTokens", "reasoning.effort", "temperature", "topP"];

/** An upstream of chat completions is told in the caller's own words; the others are, in theirs. */
function expectThoughts(how: string, upstream: DialectId, body: JsonObject): void {
  if (how === "not at all") return;
  if (upstream === "openai-chat") expect(body).toMatchObject(JSON.parse(JSON.stringify(THOUGHTS[how])));
  if (upstream === "openai-responses") expect(body.reasoning).toBeDefined();
  if (upstream === "anthropic-messages")
    expect(body.thinking).toMatchObject({ type: expect.stringMatching(/^(adaptive|enabled)$/) });
  if (upstream === "gemini") expect(body.generationConfig).toMatchObject({ thinkingConfig: expect.anything() });
}
