import { beforeEach, describe, expect, it } from "vitest";
import { type Fields, storedResponsesOfFile } from "#tests/support/stored-responses";

const { ask, create, retrieve, bench } = storedResponsesOfFile();

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
    expect(bench().notes.at(-1)).toMatchObject({ endpoint: "responses.retrieve", status: 200, cost: 0n });
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
