import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Script } from "#tests/support/dialect-upstream-script";
import { READINGS } from "#tests/support/pairs";
import { type JsonObject, objectAt, parseObject, parseSse, textAt } from "#tests/support/pairs-json";
import { callsOf, DONE, expectProof, FRONTS, openAgents, PROOF, questionOf, resultsOf, USAGE } from "./agent.ts";
import {
  BASH_SCHEMA,
  COUNT_PATH,
  FIRST,
  HEADERS,
  LATE_SYSTEM,
  PATH,
  quotaOf,
  TOOLS,
  titleOf,
  turnOf,
  VERSIONS,
} from "./claude-code-requests.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const WORKS: Script = {
  said: [
    { kind: "thought", text: "I look. 看", proof: PROOF },
    { kind: "text", text: "I look at the tracks." },
    { kind: "call", id: "toolu_01", name: "Bash", input: { command: "ls /yard | grep -v '\"'", timeout: 5000 } },
    { kind: "call", id: "toolu_02", name: "mcp__yard__list_tracks", input: {} },
  ],
  finish: "calls",
  usage: USAGE,
};

const CALLED = [
  { id: "toolu_01", name: "Bash", input: { command: "ls /yard | grep -v '\"'", timeout: 5000 } },
  { id: "toolu_02", name: "mcp__yard__list_tracks", input: {} },
];

const RESULTS: readonly JsonObject[] = [
  { tool_use_id: "toolu_01", type: "tool_result", content: "ls: /yard: no such directory", is_error: true },
  {
    tool_use_id: "toolu_02",
    type: "tool_result",
    content: [
      { type: "text", text: "see" },
      { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
    ],
    cache_control: { type: "ephemeral" },
  },
];

/** Chat completions take no thoughts back; an upstream of Anthropic's is given everything as it is. */
const TAKES_PROOFS: ReadonlySet<DialectId> = new Set(["openai-responses", "anthropic-messages", "gemini"]);

/** Puts the pieces of a stream together as Claude Code does, to give them back in the next turn. */
function blocksIn(text: string): readonly JsonObject[] {
  const blocks: JsonObject[] = [];
  const inputs = new Map<number, string>();
  for (const { data } of parseSse(text).events) {
    const at = Number(data.index);
    const delta = objectAt(data.delta);
    if (data.type === "content_block_start") blocks[at] = objectAt(data.content_block);
    else if (delta.type === "input_json_delta") inputs.set(at, (inputs.get(at) ?? "") + textAt(delta.partial_json));
    else if (data.type === "content_block_delta") blocks[at] = grown(blocks[at], delta);
  }
  return blocks.map((block, at) =>
    block.type === "tool_use" ? { ...block, input: parseObject(inputs.get(at) || "{}") } : block,
  );
}

const grown = (block: JsonObject | undefined, { type: _type, ...pieces }: JsonObject): JsonObject => ({
  ...block,
  ...Object.fromEntries(Object.entries(pieces).map(([field, piece]) => [field, textAt(block, field) + textAt(piece)])),
});

let agents: Awaited<ReturnType<typeof openAgents>>;
beforeAll(async () => {
  agents = await openAgents();
});
afterAll(() => agents.close());

const send = (body: JsonObject, script: Script, path = PATH) => agents.ask({ path, headers: HEADERS, body, script });

describe.each(Object.entries(VERSIONS))("%s", (_name, version) => {
  it.each(FRONTS)("works in turns in front of $upstream", async ({ upstream, model }) => {
    const first = await send(turnOf(model, version, FIRST), WORKS);
    const told = READINGS["anthropic-messages"].stream(first.text, { isStrict: true });
    expect(told).toMatchObject({ model, text: "I look at the tracks.", calls: CALLED, finish: "calls", usage: USAGE });
    expect(questionOf(first.heard).system).toContain("Anthropic's official CLI");
    expect(questionOf(first.heard).tools).toMatchObject(TOOLS.map(({ name, description }) => ({ name, description })));
    expect(questionOf(first.heard).tools?.[0]?.schema).toEqual(BASH_SCHEMA);

    const content = blocksIn(first.text);
    const turns = [...FIRST, { role: "assistant", content }, { role: "user", content: RESULTS }, LATE_SYSTEM];
    const second = await send(turnOf(model, version, turns), DONE);
    expect(READINGS["anthropic-messages"].stream(second.text, { isStrict: true })).toMatchObject({
      model,
      text: "It is done. 完",
      finish: "stop",
      usage: USAGE,
    });
    expect(callsOf(second.heard)).toEqual(CALLED);
    expect(resultsOf(second.heard)).toEqual([
      { id: "toolu_01", output: "ls: /yard: no such directory" },
      { id: "toolu_02", output: "see" },
    ]);
    expect(JSON.stringify(second.heard.body)).toContain(PIXEL);
    expect(JSON.stringify(second.heard.body)).toContain("14999980 tokens left");
    expectProof(second.heard, TAKES_PROOFS);
    expect(second.dropped.filter((name) => !MAY_BE_LOST.includes(name))).toEqual([]);
    if (upstream === "anthropic-messages") expect(second.dropped).toEqual([]);
  });
});

/** What upstreams of others cannot be told, and what changes no answer. */
const MAY_BE_LOST = [
  "messages.N.parts.N.cacheHint",
  "messages.N.parts.N.cache_control",
  "messages.N.parts.N.content.N",
  "messages.N.parts.N.isError",
  "messages.N.parts.N.signature",
  "messages.N.parts.N",
  "messages.N",
  "tools.N.cacheHint",
  "tools.N.eager_input_streaming",
  "context_management",
  "safeguards",
  "reasoning.budgetTokens",
  "reasoning.effort",
  "reasoning.isAdaptive",
  "reasoning.show",
  "userId",
];

describe("Claude Code beside its work", () => {
  it.each(FRONTS)("asks $upstream whether it may ask, and is answered whole", async ({ model }) => {
    const { text, heard } = await send(quotaOf(model), { ...DONE, finish: "length" });
    expect(READINGS["anthropic-messages"].whole(parseObject(text))).toMatchObject({ model, finish: "length" });
    expect(questionOf(heard).turns).toEqual([{ who: "user", parts: [{ text: "quota" }] }]);
  });

  it.each(FRONTS)("gets a title in its schema from $upstream", async ({ model }) => {
    const said: Script = { ...DONE, said: [{ kind: "text", text: '{"title":"Free tracks"}' }] };
    const { text, heard } = await send(titleOf(model), said);
    expect(READINGS["anthropic-messages"].stream(text, { isStrict: true }).text).toBe('{"title":"Free tracks"}');
    expect(questionOf(heard).schema).toMatchObject({ required: ["title"] });
  });

  it.each(FRONTS)("gets a count of a turn in front of $upstream, with thoughts and results in it", async (front) => {
    const content = [
      { type: "thinking", thinking: "I look.", signature: PROOF },
      { type: "tool_use", id: "toolu_01", name: "Bash", input: { command: "ls" } },
    ];
    const messages = [...FIRST, { role: "assistant", content }, { role: "user", content: RESULTS.slice(0, 1) }];
    const {
      max_tokens: _max,
      metadata: _metadata,
      stream: _stream,
      ...body
    } = turnOf(front.model, VERSIONS["Claude Code with adaptive thoughts"] ?? {}, messages);
    const response = await fetch(agents.pairs.origin + COUNT_PATH, {
      method: "POST",
      headers: { "content-type": "application/json", ...HEADERS },
      body: JSON.stringify(body),
    });
    const counted = parseObject(await response.text());
    expect(response.status, JSON.stringify(counted)).toBe(200);
    expect(counted.input_tokens).toBeGreaterThan(100);
    if (front.upstream === "anthropic-messages") expect(counted).toEqual({ input_tokens: 403 });
  });
});

it("its beta headers and fields reach an upstream of Anthropic's as they are", async () => {
  const body = turnOf("through-anthropic-messages", VERSIONS["Claude Code with adaptive thoughts"] ?? {}, FIRST);
  const { heard } = await send(body, DONE);
  expect(heard.headers).toMatchObject({
    "anthropic-beta": HEADERS["anthropic-beta"],
    "anthropic-version": "2023-06-01",
  });
  expect(heard.body).toEqual({ ...body, model: "claude-sonnet-4-6" });
});

/** Each maker's words for a prompt that is too long. */
const TOO_LONG: Readonly<Record<string, JsonObject>> = {
  "openai-chat": openAiTooLong(),
  "openai-responses": openAiTooLong(),
  "anthropic-messages": {
    type: "error",
    error: { type: "invalid_request_error", message: "prompt is too long: 215000 tokens > 200000 maximum" },
  },
  gemini: {
    error: {
      code: 400,
      message: "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
      status: "INVALID_ARGUMENT",
    },
  },
};

function openAiTooLong(): JsonObject {
  const message = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000.";
  return { error: { message, type: "invalid_request_error", param: "messages", code: "context_length_exceeded" } };
}

it.each(FRONTS)(
  "is told by the words it knows that $upstream cannot take so much, so that it sends less",
  async (front) => {
    agents.pairs.upstream.answer({ kind: "refuses", status: 400, body: TOO_LONG[front.upstream] });
    const response = await fetch(agents.pairs.origin + PATH, {
      method: "POST",
      headers: { "content-type": "application/json", ...HEADERS },
      body: JSON.stringify(turnOf(front.model, VERSIONS["Claude Code with a budget"] ?? {}, FIRST)),
    });
    expect(response.status).toBe(400);
    const { error } = parseObject(await response.text());
    expect(error).toMatchObject({
      type: "invalid_request_error",
      message: expect.stringMatching(/prompt is too long/),
    });
  },
);
