import { describe, expect, it } from "vitest";
import { requestOf } from "#tests/support/gateway";
import { createMemoryResponses } from "#tests/support/memory-responses";
import { closingOf, eventsIn, type Fields, MODES, storedResponsesOfFile } from "#tests/support/stored-responses";
import { handle } from "../handle.ts";

const { openBench, create, retrieve, bench, kept } = storedResponsesOfFile();

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
    expect(kept().size).toBe(0);
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
    expect(kept().size).toBe(0);
  });
});

describe("no answer is stored", () => {
  it("where the request was refused", async () => {
    await create({ model: "translated", input: [] });
    await create({ model: "translated-not", input: "hi" });
    expect(kept().size).toBe(0);
  });

  it("where its stream broke off", async () => {
    const { text } = await create({ model: "passing", input: "hi", stream: true, max_output_tokens: 1 });
    expect(text).toContain("event: error");
    expect(kept().size).toBe(0);
  });

  it("where it failed", async () => {
    expect((await create({ model: "passing", input: "hi", max_output_tokens: 3 })).status).toBe(502);
    const { text } = await create({ model: "passing", input: "hi", max_output_tokens: 3, stream: true });
    expect(text).toContain('"code":"upstream_failed"');
    expect(kept().size).toBe(0);
  });

  it("where its caller hung up before it was whole", async () => {
    const request = requestOf({
      path: "/v1/responses",
      key: "ours",
      body: { model: "passing", input: "x", stream: true },
    });
    const reply = await handle(request, bench().deps);
    request.leave();
    reply.onClose("caller-left");
    expect(kept().size).toBe(0);
  });
});
