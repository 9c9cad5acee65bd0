import { createOpenAI } from "@ai-sdk/openai";
import { generateText, type ModelMessage, stepCountIs, tool } from "ai";
import OpenAI, { APIError } from "openai";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { newId } from "#lib/base/ids";
import { type IdentityStage, openIdentityStage } from "#tests/support/identity";
import { PROOF, type ResponsesUpstream, startResponsesUpstream } from "#tests/support/responses-upstream";

let upstream: ResponsesUpstream;
let stage: IdentityStage;
let database: pg.Client;
let ours: OpenAI;
let oursElsewhere: OpenAI;
let theirs: OpenAI;
let otherProject: OpenAI;
let testMode: OpenAI;

const documentFor = (baseUrl: string) => ({
  version: 1,
  providers: [
    { id: "sandbox", kind: "sandbox" },
    {
      id: "up",
      kind: "openai",
      baseUrl,
      allowPrivateNetwork: true,
      credentials: [{ id: "a", secret: "literal:upstream-secret" }],
    },
  ],
  models: [
    {
      id: "translated",
      price: { input: "1.00", output: "2.00" },
      deployments: [{ id: "main", provider: "sandbox", upstreamModel: "sandbox-chat" }],
    },
    {
      id: "passing",
      price: { input: "1.00", output: "2.00" },
      deployments: [{ id: "main", provider: "up", upstreamModel: "gpt-up" }],
    },
  ],
});

const clientOf = (apiKey: string, gateway = 0) =>
  new OpenAI({ apiKey, baseURL: `${stage.gateways[gateway]?.url}/v1`, maxRetries: 0 });

beforeAll(async () => {
  upstream = await startResponsesUpstream();
  stage = await openIdentityStage(documentFor(upstream.url));
  database = new pg.Client({ connectionString: stage.installation.databaseUrl });
  await database.connect();
  const org = await stage.organization();
  const stranger = await stage.organization();
  const keyOf = async (orgId: string, given: Readonly<Record<string, unknown>> = {}) => {
    const { status, body } = await stage.admin("POST", `/organizations/${orgId}/keys`, { name: "k", ...given });
    expect(status).toBe(201);
    return String(body.secret);
  };
  const project = await stage.db.project.create({
    data: { id: newId(), orgId: org.id, name: "Another", slug: "another" },
  });
  const [key, other, scoped, testKey] = await Promise.all([
    keyOf(org.id),
    keyOf(stranger.id),
    keyOf(org.id, { projectId: project.id }),
    keyOf(org.id, { kind: "test" }),
  ]);
  ours = clientOf(key);
  oursElsewhere = clientOf(key, 1);
  theirs = clientOf(other);
  otherProject = clientOf(scoped);
  testMode = clientOf(testKey);
}, 120_000);
afterAll(async () => {
  await database?.end();
  await stage?.close();
  await upstream?.close();
}, 60_000);

const refusalOf = async (call: Promise<unknown>) => {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof APIError)) throw new Error("it was not refused");
  return { status: thrown.status, message: thrown.message, code: thrown.code, param: thrown.param, type: thrown.type };
};
const missing = (id: string) => ({
  status: 404,
  message: `404 Response with id '${id}' not found.`,
  code: "not_found",
  param: null,
  type: "invalid_request_error",
});
const rowsOf = async (responseId: string) =>
  (await database.query("SELECT * FROM stored_response WHERE response_id = $1", [responseId])).rows;

describe.each(["translated", "passing"])("the official client (%s)", (model) => {
  test("creates, goes on from, retrieves, lists the input of, cannot cancel, and deletes a response", async () => {
    const first = await ours.responses.create({ model, input: "The first word is yard." });
    const second = await ours.responses.create({
      model,
      input: [{ role: "user", content: "And the second?" }],
      previous_response_id: first.id,
      store: true,
    });
    expect(second.previous_response_id).toBe(first.id);
    expect(second.output_text).not.toBe("");

    const again = await ours.responses.retrieve(second.id);
    expect({ ...again, _request_id: null }).toEqual({ ...second, _request_id: null });

    const items = [];
    for await (const item of ours.responses.inputItems.list(second.id, { limit: 1, order: "asc" })) items.push(item);
    expect(items.flatMap((item) => (item.type === "message" ? [item.role] : []))).toEqual([
      "user",
      "assistant",
      "user",
    ]);
    expect(JSON.stringify(items)).toContain("The first word is yard.");
    expect(JSON.stringify(items)).toContain(first.output_text);

    expect(await refusalOf(ours.responses.cancel(second.id))).toMatchObject({
      status: 400,
      message: "400 Cannot cancel a synchronous response.",
      type: "invalid_request_error",
    });
    await ours.responses.delete(second.id);
    expect(await refusalOf(ours.responses.retrieve(second.id))).toEqual(missing(second.id));
    expect((await ours.responses.retrieve(first.id)).id).toBe(first.id);
  });

  test("goes on from a stream, at once, also through another gateway process", async () => {
    const stream = await ours.responses.create({ model, input: "one", stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    const closing = events.at(-1);
    if (closing?.type !== "response.completed") throw new Error(`it ended with ${closing?.type}`);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_event, at) => at));

    const second = await oursElsewhere.responses.create({
      model,
      input: "two",
      previous_response_id: closing.response.id,
    });
    const { output_text: _joined, ...stored } = await oursElsewhere.responses.retrieve(closing.response.id);
    expect({ ...stored, _request_id: undefined }).toEqual({ ...closing.response, _request_id: undefined });
    const { data } = await ours.responses.inputItems.list(second.id);
    expect(data.filter(({ type }) => type === "message")).toHaveLength(3);
  });

  test("stores nothing where it asks for that, and cannot go on from there", async () => {
    const whole = await ours.responses.create({ model, input: "forget me", store: false });
    const { response } = await ours.responses
      .stream({ model, input: "forget me", store: false })
      .finalResponse()
      .then((final) => ({ response: final }));
    for (const { id } of [whole, response]) {
      expect(await refusalOf(ours.responses.retrieve(id))).toEqual(missing(id));
      expect(await refusalOf(ours.responses.create({ model, input: "x", previous_response_id: id }))).toEqual({
        status: 400,
        message: `400 Previous response with id '${id}' not found.`,
        code: "previous_response_not_found",
        param: "previous_response_id",
        type: "invalid_request_error",
      });
      expect(await rowsOf(id)).toEqual([]);
    }
  });

  test("404: no other organisation, project or mode learns of it, whatever it asks", async () => {
    const { id } = await ours.responses.create({ model, input: "ours alone" });
    await expect.poll(() => rowsOf(id)).toHaveLength(1);
    for (const stranger of [theirs, otherProject, testMode]) {
      expect(await refusalOf(stranger.responses.retrieve(id))).toEqual(missing(id));
      expect(await refusalOf(stranger.responses.delete(id))).toEqual(missing(id));
      expect(await refusalOf(stranger.responses.cancel(id))).toEqual(missing(id));
      expect(await refusalOf(Promise.resolve(stranger.responses.inputItems.list(id)))).toEqual(missing(id));
      const onward = stranger.responses.create({ model: "translated", input: "x", previous_response_id: id });
      expect(await refusalOf(onward)).toMatchObject({ status: 400, code: "previous_response_not_found" });
    }
    expect((await ours.responses.retrieve(id)).id).toBe(id);
  });

  test("404: it is gone once its time is over", async () => {
    const { id } = await ours.responses.create({ model, input: "soon over" });
    await expect.poll(() => rowsOf(id)).toHaveLength(1);
    const [row] = await rowsOf(id);
    expect(Math.round((row.expires_at - row.created_at) / 86_400_000)).toBe(30);
    await database.query("UPDATE stored_response SET expires_at = now() WHERE response_id = $1", [id]);
    await expect.poll(() => refusalOf(oursElsewhere.responses.retrieve(id))).toEqual(missing(id));
    expect(await refusalOf(oursElsewhere.responses.delete(id))).toEqual(missing(id));
  });
});

test("reasoning comes back to an upstream that keeps nothing with its proof, to the byte", async () => {
  const first = await ours.responses.create({ model: "passing", input: "think", reasoning: { effort: "low" } });
  await ours.responses.create({ model: "passing", input: "on", previous_response_id: first.id });
  const sent = upstream.received.at(-1);
  expect(sent).toMatchObject({ store: false, input: [{}, { type: "reasoning", encrypted_content: PROOF }, {}, {}] });
  expect(sent).not.toHaveProperty("previous_response_id");
});

describe("the AI SDK", () => {
  const open = (model: string) => {
    const sent: { input: readonly { type?: string }[] }[] = [];
    const openai = createOpenAI({
      apiKey: String(ours.apiKey),
      baseURL: ours.baseURL,
      fetch: (url, init) => {
        sent.push(JSON.parse(String(init?.body)));
        return fetch(url, init);
      },
    });
    return { sent, asked: openai.responses(model) };
  };

  test.each(["translated", "passing"])(
    "names earlier items instead of sending them, and is understood (%s)",
    async (model) => {
      const { sent, asked } = open(model);
      const messages: ModelMessage[] = [{ role: "user", content: "The word is yard." }];
      const first = await generateText({ model: asked, messages });
      messages.push(...first.responseMessages, { role: "user", content: "And now?" });
      const second = await generateText({ model: asked, messages });
      expect(second.finishReason).toBe("stop");
      expect(sent[1]?.input.filter(({ type }) => type === "item_reference").length).toBeGreaterThan(0);
      const items = await ours.responses.inputItems.list(String(second.response.id));
      expect(JSON.stringify(items.data)).toContain(JSON.stringify(first.text));
    },
  );

  test("gets through a round of tools", async () => {
    const { text, steps } = await generateText({
      model: open("translated").asked,
      prompt: "What is the weather?",
      tools: {
        weather: tool({
          description: "Tells the weather",
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }) => `sunny in ${city}`,
        }),
      },
      stopWhen: stepCountIs(3),
    });
    expect(steps).toHaveLength(2);
    expect(text).toContain("What is the weather?");
  });
});

test("nothing of what was said can be read in the database", async () => {
  const { id } = await ours.responses.create({ model: "translated", input: "the password is swordfish" });
  await expect.poll(() => rowsOf(id)).toHaveLength(1);
  const dump = await database.query(
    "SELECT encode(input, 'escape') AS i, encode(response, 'escape') AS r, t::text FROM stored_response t",
  );
  expect(JSON.stringify(dump.rows)).not.toContain("swordfish");
});

test("what was answered just before a process is stopped is written all the same", async () => {
  const { id } = await oursElsewhere.responses.create({ model: "translated", input: "last words" });
  expect(await stage.gateways[1]?.stop()).toBe(0);
  expect(await rowsOf(id)).toHaveLength(1);
  expect((await ours.responses.retrieve(id)).id).toBe(id);
});
