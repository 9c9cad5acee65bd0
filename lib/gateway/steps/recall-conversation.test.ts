import { describe, expect, it } from "vitest";
import { createMemoryResponses } from "#tests/support/memory-responses";
import { PROOF } from "#tests/support/responses-upstream";
import { closingOf, type Fields, MODES, storedResponsesOfFile } from "#tests/support/stored-responses";

const { openBench, ask, create, kept, received } = storedResponsesOfFile();

describe("a call that names no earlier answer", () => {
  const forbidden = () => {
    throw new Error("nothing is to be asked of the store");
  };

  it("waits for no store", async () => {
    openBench({ ...createMemoryResponses(), find: forbidden, findByItems: forbidden, remove: forbidden });
    for (const model of MODES) expect((await create({ model, input: "hello" })).status).toBe(200);
    expect(kept().size).toBe(2);
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
    expect(JSON.stringify(received().at(-1))).not.toContain("pirate");
  });

  it("may stand alone, and may be followed without being stored", async () => {
    const first = await create({ model, input: "first" });
    const second = await create({ model, previous_response_id: first.body.id, store: false });
    expect(second).toMatchObject({ status: 200, body: { store: false, previous_response_id: first.body.id } });
    expect(kept().size).toBe(1);
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
    const [entry] = [...kept()];
    if (entry === undefined) throw new Error("not stored");
    kept().set(entry[0], { ...entry[1], turns: 199 });
    const last = await create({ model, input: "x", previous_response_id: id });
    expect(last.status).toBe(200);
    const late = await create({ model, input: "x", previous_response_id: last.body.id });
    expect(late).toMatchObject({ status: 400, body: { error: { code: "context_length_exceeded" } } });
    const long = Buffer.from(JSON.stringify([{ role: "user", content: "y".repeat(20 * 1024 * 1024) }]));
    kept().set(entry[0], { ...entry[1], input: long });
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
    for (const body of received().slice(-2)) {
      expect(body).toMatchObject({ model: "gpt-up", store: false });
      expect(body).not.toHaveProperty("previous_response_id");
    }
  });

  it("carries reasoning with its proof to the byte where reasoning was asked for", async () => {
    const first = await create({ model: "passing", input: "first", reasoning: { effort: "low" } });
    await create({ model: "passing", input: "second", previous_response_id: first.body.id });
    expect(received().at(-1)?.input).toEqual([
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
    expect(JSON.stringify(received().at(-1)?.input)).not.toContain('"reasoning"');
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
    expect(received().at(-1)?.input).toEqual([
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
