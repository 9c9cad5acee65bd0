import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDialer } from "#lib/drivers/upstream.undici";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import { type Bench, benchOf, bodyOf, callerOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { createMemoryResponses, type MemoryResponses } from "#tests/support/memory-responses";
import { PROOF, type ResponsesUpstream, startResponsesUpstream } from "#tests/support/responses-upstream";
import { handle } from "../handle.ts";

type Fields = Readonly<Record<string, unknown>>;

const OTHER_ORG = "01900000-0000-7000-8000-000000000009";
const PROJECT = "01900000-0000-7000-8000-00000000000a";
const CALLERS: Readonly<Record<string, ReturnType<typeof callerOf>>> = {
  ours: callerOf(),
  "ours-again": callerOf({ keyId: null, credentialId: "01900000-0000-7000-8000-000000000005" }),
  theirs: callerOf({ orgId: OTHER_ORG }),
  "other-project": callerOf({ projectId: PROJECT }),
  "test-mode": callerOf({ isTest: true }),
};

let upstream: ResponsesUpstream;
let responses: MemoryResponses;
let bench: Bench;
const dialer = openDialer();
beforeAll(async () => {
  upstream = await startResponsesUpstream();
});
afterAll(async () => {
  await dialer.close();
  await upstream.close();
});

/** `translated` is answered by the sandbox, which speaks chat; `passing` by an upstream that speaks Responses. */
const MODELS = () => [
  modelOf({ id: "translated" }),
  modelOf({
    id: "passing",
    aliases: ["alias"],
    deployments: [deploymentOf({ provider: openAiProvider, baseUrl: upstream.url, upstreamModel: "gpt-up" })],
  }),
];

const openBench = (memory: MemoryResponses) => {
  responses = memory;
  const keys = { find: (presented: string) => CALLERS[presented] ?? null };
  bench = benchOf(MODELS(), { keys, responses, upstream: dialer });
};
beforeEach(() => openBench(createMemoryResponses()));

async function ask(path: string, sent: { method?: string; key?: string; body?: unknown } = {}) {
  const reply = await handle(requestOf({ method: "GET", ...sent, path, key: sent.key ?? "ours" }), bench.deps);
  const text = await bodyOf(reply);
  return { status: reply.status, headers: reply.headers, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
}

const create = (body: Fields, key = "ours") => ask("/v1/responses", { method: "POST", key, body });
const retrieve = (id: string, key?: string) => ask(`/v1/responses/${id}`, { key });

const eventsIn = (text: string): readonly Record<string, never>[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)));
const closingOf = (text: string) => eventsIn(text).at(-1) as unknown as { type: string; response: Fields };

const MODES = ["translated", "passing"];

describe.each(MODES)("an answer (%s)", (model) => {
  it("is stored as the caller saw it, to the byte, and found under its id", async () => {
    const created = await create({ model, input: "hello" });
    expect(created.body).toMatchObject({ status: "completed", store: true, previous_response_id: null });
    const again = await retrieve(created.body.id);
    expect(again.status).toBe(200);
    expect(again.text).toBe(created.text);
  });

  it("is stored from a stream as its last event has it", async () => {
    const { text } = await create({ model, input: "hello", stream: true });
    const events = eventsIn(text);
    const stores = events.flatMap(({ response }) => (response ? [(response as Fields).store] : []));
    expect(stores).toEqual([true, true, true]);
    const { type, response } = closingOf(text);
    expect(type).toBe("response.completed");
    expect((await retrieve(String(response.id))).body).toEqual(response);
  });

  it("that is cut short by its limit is stored too", async () => {
    const whole = await create({ model, input: "hello", max_output_tokens: 2 });
    expect(whole.body).toMatchObject({ status: "incomplete", store: true });
    expect((await retrieve(whole.body.id)).body).toEqual(whole.body);
    const { response } = closingOf((await create({ model, input: "hi", max_output_tokens: 2, stream: true })).text);
    expect((await retrieve(String(response.id))).body).toEqual(response);
  });

  it("with `store: false` says so and leaves nothing behind", async () => {
    const whole = await create({ model, input: "hello", store: false });
    const streamed = await create({ model, input: "hello", store: false, stream: true });
    expect(whole.body.store).toBe(false);
    expect(closingOf(streamed.text).response.store).toBe(false);
    expect(responses.kept.size).toBe(0);
    expect((await retrieve(whole.body.id)).status).toBe(404);
    expect(whole.headers["x-switchyard-dropped"]).toBeUndefined();
  });

  it("that cannot be stored is given all the same and says `store: false`", async () => {
    openBench(createMemoryResponses(0));
    const whole = await create({ model, input: "hello" });
    expect(whole).toMatchObject({ status: 200, body: { store: false, status: "completed" } });
    expect(whole.headers["x-switchyard-dropped"]).toBe("store");
    expect(whole.headers["content-length"]).toBe(String(Buffer.byteLength(whole.text)));
    const { type, response } = closingOf((await create({ model, input: "hello", stream: true })).text);
    expect(type).toBe("response.completed");
    expect(response).toMatchObject({ store: false, status: "completed" });
  });

  it("of more than eight megabytes is not stored, and the caller is told", async () => {
    const { status, body } = await create({ model, input: "x".repeat(8 * 1024 * 1024) });
    expect(status).toBe(200);
    expect(body.store).toBe(false);
    expect(responses.kept.size).toBe(0);
  });
});

describe("no answer is stored", () => {
  it("where the request was refused", async () => {
    await create({ model: "translated", input: [] });
    await create({ model: "translated-not", input: "hi" });
    expect(responses.kept.size).toBe(0);
  });

  it("where its stream broke off", async () => {
    const { text } = await create({ model: "passing", input: "hi", stream: true, max_output_tokens: 1 });
    expect(text).toContain("event: error");
    expect(responses.kept.size).toBe(0);
  });

  it("where it failed", async () => {
    expect((await create({ model: "passing", input: "hi", max_output_tokens: 3 })).status).toBe(502);
    const { text } = await create({ model: "passing", input: "hi", max_output_tokens: 3, stream: true });
    expect(text).toContain('"code":"upstream_failed"');
    expect(responses.kept.size).toBe(0);
  });

  it("where its caller hung up before it was whole", async () => {
    const request = requestOf({
      path: "/v1/responses",
      key: "ours",
      body: { model: "passing", input: "x", stream: true },
    });
    const reply = await handle(request, bench.deps);
    request.leave();
    reply.onClose("caller-left");
    expect(responses.kept.size).toBe(0);
  });
});

describe("a call that names no earlier answer", () => {
  const forbidden = () => {
    throw new Error("nothing is to be asked of the store");
  };

  it("waits for no store", async () => {
    openBench({ ...createMemoryResponses(), find: forbidden, findByItems: forbidden, remove: forbidden });
    for (const model of MODES) expect((await create({ model, input: "hello" })).status).toBe(200);
    expect(responses.kept.size).toBe(2);
  });

  it("in another dialect has nothing to do with the store at all", async () => {
    openBench({ ...createMemoryResponses(), store: forbidden, find: forbidden, findByItems: forbidden });
    const body = { model: "translated", messages: [{ role: "user", content: "hello" }], store: true };
    for (const isStream of [false, true]) {
      const { status } = await ask("/v1/chat/completions", { method: "POST", body: { ...body, stream: isStream } });
      expect(status).toBe(200);
    }
  });
});

describe.each(MODES)("previous_response_id (%s)", (model) => {
  it("puts the earlier input and output before the new input, item by item as they came", async () => {
    const first = await create({ model, input: "first" });
    const second = await create({ model, input: "second", previous_response_id: first.body.id });
    expect(second.body).toMatchObject({ status: "completed", previous_response_id: first.body.id });
    const third = await create({ model, input: "third", previous_response_id: second.body.id, stream: true });
    const { response } = closingOf(third.text);
    expect(response.previous_response_id).toBe(second.body.id);
    const items = await ask(`/v1/responses/${response.id}/input_items?order=asc`);
    const texts = items.body.data
      .filter(({ type }: Fields) => type === "message")
      .map(({ role, content }: { role: string; content: { text: string }[] }) => [role, content[0]?.text]);
    const said = (one: typeof first) =>
      one.body.output.findLast(({ type }: Fields) => type === "message").content[0].text;
    expect(texts).toEqual([
      ["user", "first"],
      ["assistant", said(first)],
      ["user", "second"],
      ["assistant", said(second)],
      ["user", "third"],
    ]);
  });

  it("does not carry the earlier instructions over", async () => {
    const first = await create({ model, input: "first", instructions: "Speak like a pirate." });
    const second = await create({ model, input: "second", previous_response_id: first.body.id });
    const items = await ask(`/v1/responses/${second.body.id}/input_items`);
    expect(items.text).not.toContain("pirate");
    expect(JSON.stringify(upstream.received.at(-1))).not.toContain("pirate");
  });

  it("may stand alone, and may be followed without being stored", async () => {
    const first = await create({ model, input: "first" });
    const second = await create({ model, previous_response_id: first.body.id, store: false });
    expect(second).toMatchObject({ status: 200, body: { store: false, previous_response_id: first.body.id } });
    expect(responses.kept.size).toBe(1);
  });

  it("400: of nothing stored, of another tenant's and of a deleted one, in the very same words", async () => {
    const { id } = (await create({ model, input: "first" })).body;
    const expected = (gone: string) => ({
      message: `Previous response with id '${gone}' not found.`,
      type: "invalid_request_error",
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
    for (const key of ["theirs", "other-project", "test-mode"]) {
      const { status, body } = await create({ model, input: "x", previous_response_id: id }, key);
      expect(status).toBe(400);
      expect(body.error).toEqual(expected(id));
    }
    await ask(`/v1/responses/${id}`, { method: "DELETE" });
    const { status, body } = await create({ model, input: "x", previous_response_id: id });
    expect({ status, error: body.error }).toEqual({ status: 400, error: expected(id) });
  });

  it("400: past 200 turns, and past the size of a request", async () => {
    const { id } = (await create({ model, input: "first" })).body;
    const [entry] = [...responses.kept];
    if (entry === undefined) throw new Error("not stored");
    responses.kept.set(entry[0], { ...entry[1], turns: 199 });
    const last = await create({ model, input: "x", previous_response_id: id });
    expect(last.status).toBe(200);
    const late = await create({ model, input: "x", previous_response_id: last.body.id });
    expect(late).toMatchObject({ status: 400, body: { error: { code: "context_length_exceeded" } } });
    const long = Buffer.from(JSON.stringify([{ role: "user", content: "y".repeat(20 * 1024 * 1024) }]));
    responses.kept.set(entry[0], { ...entry[1], input: long });
    const large = await create({ model, input: "x".repeat(13 * 1024 * 1024), previous_response_id: id });
    expect(large).toMatchObject({
      status: 400,
      body: { error: { code: "context_length_exceeded", param: "previous_response_id" } },
    });
  });
});

describe("previous_response_id", () => {
  it("goes on from one upstream's answer at another, in another dialect", async () => {
    const first = await create({ model: "passing", input: "first" });
    const second = await create({ model: "translated", input: "second", previous_response_id: first.body.id });
    expect(second.body.status).toBe("completed");
    const third = await create({ model: "passing", input: "third", previous_response_id: second.body.id });
    expect(third.body.output.at(-1).content[0].text).toBe("5 items heard");
  });

  it("never reaches an upstream, nor does the wish to store", async () => {
    const first = await create({ model: "alias", input: "first", store: true });
    await create({ model: "alias", input: "second", previous_response_id: first.body.id });
    for (const body of upstream.received.slice(-2)) {
      expect(body).toMatchObject({ model: "gpt-up", store: false });
      expect(body).not.toHaveProperty("previous_response_id");
    }
  });

  it("carries reasoning with its proof to the byte where reasoning was asked for", async () => {
    const first = await create({ model: "passing", input: "first", reasoning: { effort: "low" } });
    await create({ model: "passing", input: "second", previous_response_id: first.body.id });
    expect(upstream.received.at(-1)?.input).toEqual([
      { type: "message", role: "user", content: "first" },
      ...first.body.output,
      { type: "message", role: "user", content: "second" },
    ]);
    expect(first.body.output[0].encrypted_content).toBe(PROOF);
  });

  it("leaves out reasoning without a proof, which an upstream without memory would refuse", async () => {
    const first = await create({ model: "passing", input: "first" });
    const second = await create({ model: "passing", input: "second", previous_response_id: first.body.id });
    expect(second.status).toBe(200);
    expect(JSON.stringify(upstream.received.at(-1)?.input)).not.toContain('"reasoning"');
  });

  it.each([
    ["an empty id", { previous_response_id: "" }, "previous_response_id"],
    ["a number", { previous_response_id: 7 }, "previous_response_id"],
    ["no boolean for `store`", { store: "yes" }, "store"],
    ["a conversation", { conversation: "conv_1" }, "conversation"],
    ["a background run", { background: true }, "background"],
  ])("400: %s", async (_what, given, param) => {
    const { status, body } = await create({ model: "passing", input: "x", ...given });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param, code: "invalid_field" });
  });

  it("400: given twice", async () => {
    const body = '{"model":"passing","input":"x","previous_response_id":"resp_a","previous_response_id":"resp_b"}';
    expect((await ask("/v1/responses", { method: "POST", body })).status).toBe(400);
  });
});

describe("an item given by reference", () => {
  it("is put in its place as it was, across answers", async () => {
    const first = await create({ model: "passing", input: "first", reasoning: { effort: "low" } });
    const second = await create({ model: "translated", input: "second" });
    const refer = ({ id }: { id: string }) => ({ type: "item_reference", id });
    await create({
      model: "passing",
      input: [
        { role: "user", content: "first" },
        ...first.body.output.map(refer),
        ...second.body.output.map(refer),
        { role: "user", content: "more" },
      ],
    });
    expect(upstream.received.at(-1)?.input).toEqual([
      { role: "user", content: "first" },
      ...first.body.output,
      ...second.body.output,
      { role: "user", content: "more" },
    ]);
  });

  it("404: that is not stored, or is another tenant's", async () => {
    const { output } = (await create({ model: "translated", input: "first" })).body;
    const refer = (id: string, key?: string) =>
      create({ model: "translated", input: [{ type: "item_reference", id }] }, key);
    for (const { status, body } of [await refer("msg_none"), await refer(output[0].id, "theirs")]) {
      expect(status).toBe(404);
      expect(body.error).toMatchObject({ param: "input", code: "not_found" });
      expect(body.error.message).toMatch(/^Item with id 'msg_\w+' not found\.$/);
    }
  });
});

describe("a stored response", () => {
  it("404: is nobody else's: not another organisation's, project's or mode's", async () => {
    const { id } = (await create({ model: "translated", input: "first" })).body;
    const missing = { message: `Response with id '${id}' not found.`, type: "invalid_request_error", param: null };
    for (const key of ["theirs", "other-project", "test-mode"])
      for (const [method, path] of [
        ["GET", `/v1/responses/${id}`],
        ["DELETE", `/v1/responses/${id}`],
        ["POST", `/v1/responses/${id}/cancel`],
        ["GET", `/v1/responses/${id}/input_items`],
      ] as const) {
        const { status, body } = await ask(path, { method, key });
        expect(status).toBe(404);
        expect(body.error).toMatchObject(missing);
      }
    expect((await retrieve(id, "ours-again")).status).toBe(200);
  });

  it("is gone once deleted, and can be deleted only once", async () => {
    const { id } = (await create({ model: "translated", input: "first" })).body;
    const remove = () => ask(`/v1/responses/${id}`, { method: "DELETE" });
    expect(await remove()).toMatchObject({ status: 200, body: { id, object: "response", deleted: true } });
    expect((await remove()).status).toBe(404);
    expect((await retrieve(id)).status).toBe(404);
    expect((await ask(`/v1/responses/${id}/input_items`)).status).toBe(404);
  });

  it("400: cannot be cancelled, being complete", async () => {
    const { id } = (await create({ model: "translated", input: "first" })).body;
    const { status, body } = await ask(`/v1/responses/${id}/cancel`, { method: "POST" });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message: "Cannot cancel a synchronous response." });
  });

  it("400: cannot be streamed again", async () => {
    const { id } = (await create({ model: "translated", input: "first" })).body;
    const { status, body } = await ask(`/v1/responses/${id}?stream=true`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param: "stream", code: "invalid_field" });
  });

  it("404: under an id that is malformed or far too long", async () => {
    for (const id of ["%E0%A4%A", "r".repeat(300), "resp%00x"]) expect((await retrieve(id)).status).toBe(404);
  });

  it("405: takes no other method", async () => {
    const { status, headers } = await ask("/v1/responses/resp_1", { method: "POST" });
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, DELETE");
  });

  it("is asked for without cost, and noted", async () => {
    const { id } = (await create({ model: "translated", input: "first" })).body;
    await retrieve(id);
    expect(bench.notes.at(-1)).toMatchObject({ endpoint: "responses.retrieve", status: 200, cost: 0n });
  });
});

describe("the input items of a response", () => {
  const INPUT = [
    { role: "developer", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "input_text", text: "Look" },
        { type: "input_image", image_url: "https://x.test/a.png" },
      ],
    },
    { type: "message", role: "assistant", content: "I looked.", id: "msg_own" },
    { type: "function_call", call_id: "call_1", name: "f", arguments: "{}" },
    { type: "function_call_output", call_id: "call_1", output: "12345678901234567890" },
    { role: "user", content: "And?" },
  ];
  let id: string;
  beforeEach(async () => {
    id = (await create({ model: "translated", input: INPUT })).body.id;
  });
  const list = async (query = "") => (await ask(`/v1/responses/${id}/input_items${query}`)).body;

  it("are listed newest first, complete, each with an id that stays", async () => {
    const page = await list();
    expect(page).toMatchObject({ object: "list", has_more: false });
    expect(page.data).toHaveLength(INPUT.length);
    expect(page.data.map(({ type }: Fields) => type)).toEqual([
      "message",
      "function_call_output",
      "function_call",
      "message",
      "message",
      "message",
    ]);
    expect(page.data[0]).toMatchObject({
      status: "completed",
      role: "user",
      content: [{ type: "input_text", text: "And?" }],
    });
    expect(page.data[3]).toMatchObject({
      id: "msg_own",
      content: [{ type: "output_text", text: "I looked.", annotations: [] }],
    });
    expect(page.first_id).toBe(page.data[0].id);
    expect(page.last_id).toBe(page.data.at(-1).id);
    expect(new Set(page.data.map((item: { id: string }) => item.id)).size).toBe(INPUT.length);
    expect((await list()).data).toEqual(page.data);
  });

  it("come in pages of `limit` after an item, in either order, none twice and none left out", async () => {
    for (const order of ["asc", "desc"]) {
      const whole = await list(`?order=${order}`);
      const seen: Fields[] = [];
      let after = "";
      for (let page = await list(`?order=${order}&limit=4`); ; page = await list(`?order=${order}&limit=4${after}`)) {
        seen.push(...page.data);
        if (!page.has_more) break;
        after = `&after=${page.last_id}`;
      }
      expect(seen).toEqual(whole.data);
    }
    expect((await list("?order=asc")).data.toReversed()).toEqual((await list()).data);
  });

  it("are an empty page after the last", async () => {
    const { last_id } = await list();
    expect(await list(`?after=${last_id}`)).toEqual({
      object: "list",
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=ten", "limit"],
    ["order=up", "order"],
    ["after=msg_none", "after"],
  ])("400: %s", async (query, param) => {
    const { status, body } = await ask(`/v1/responses/${id}/input_items?${query}`);
    expect(status).toBe(400);
    expect(body.error.param).toBe(param);
  });
});
