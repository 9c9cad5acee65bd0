import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { anthropicProvider } from "#lib/gateway/providers/anthropic/index";
import { geminiProvider } from "#lib/gateway/providers/gemini/index";
import { openAiCompatibleProvider } from "#lib/gateway/providers/openai-compatible/index";
import { type DialectUpstream, startDialectUpstream } from "#tests/support/dialect-upstream";
import type { Script } from "#tests/support/dialect-upstream-script";
import { deploymentOf, modelOf } from "#tests/support/gateway";
import { type GatewayDoor, openGatewayDoor } from "#tests/support/gateway-door";
import { ResponseResource, StreamingEvent } from "#tests/support/open-responses";

type Response = z.infer<typeof ResponseResource>;
type Event = z.infer<typeof StreamingEvent>;
type Fields = Readonly<Record<string, unknown>>;

/** A red dot of one pixel. */
const IMAGE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const USAGE = { input: 20, cached: 4, output: 7, reasoning: 0 };
const SAYING: Script = { said: [{ kind: "text", text: "One, two, three, four, five." }], finish: "stop", usage: USAGE };
const CALLING: Script = {
  said: [{ kind: "call", id: "call_1", name: "get_weather", input: { location: "Basel" } }],
  finish: "calls",
  usage: USAGE,
};

let upstream: DialectUpstream;
let door: GatewayDoor;
beforeAll(async () => {
  upstream = await startDialectUpstream();
  const at = (id: string, given: Parameters<typeof deploymentOf>[0]) =>
    modelOf({ id, deployments: [deploymentOf({ upstreamModel: `up-${id}`, ...given })] });
  const { origin } = upstream;
  door = await openGatewayDoor([
    modelOf({ id: "sandbox" }),
    at("chat", { provider: openAiCompatibleProvider, baseUrl: `${origin}/v1` }),
    at("anthropic", { provider: anthropicProvider, baseUrl: `${origin}/v1` }),
    at("gemini", { provider: geminiProvider, baseUrl: `${origin}/v1beta` }),
  ]);
});
afterAll(async () => {
  await door?.close();
  await upstream?.close();
});

async function ask(body: Fields, script = SAYING) {
  upstream.answer({ kind: "says", script });
  const answer = await fetch(`${door.origin}/v1/responses`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer good-key" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return text;
}

const create = async (body: Fields, script?: Script): Promise<Response> =>
  ResponseResource.parse(JSON.parse(await ask({ ...body, stream: false }, script)));

/** Reads a stream as the specification has it: named events, each whole and of a known shape, numbered from 0. */
async function stream(body: Fields, script?: Script): Promise<{ events: readonly Event[]; final: Response }> {
  const frames = (await ask({ ...body, stream: true }, script)).split("\n\n").filter((frame) => frame !== "");
  const events = frames.map((frame) => {
    const [name, data] = frame.split("\n");
    const event = StreamingEvent.parse(JSON.parse(data?.replace(/^data: /, "") ?? ""));
    expect(name).toBe(`event: ${event.type}`);
    return event;
  });
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_event, at) => at));
  const last = events.at(-1);
  if (last?.type !== "response.completed") throw new Error(`the stream ended with ${last?.type}`);
  return { events, final: last.response };
}

const saidIn = ({ output }: Response): string =>
  output
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .flatMap((part) => (part.type === "output_text" ? [part.text] : []))
    .join("");

const user = (content: unknown) => ({ type: "message", role: "user", content });
const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "Get the current weather for a location",
  parameters: {
    type: "object",
    properties: { location: { type: "string", description: "City and country" } },
    required: ["location"],
  },
};

describe.each(["sandbox", "chat", "anthropic", "gemini"])("Open Responses in front of %s", (model) => {
  test("basic text: a completed response with output, every field of it there", async () => {
    const response = await create({ model, input: [user("Say hello in three words.")] });
    expect(response).toMatchObject({ status: "completed", model, store: true, background: false });
    expect(saidIn(response)).not.toBe("");
  });

  test("streaming: events of known shapes in their order, from the first snapshot to the last", async () => {
    const { events, final } = await stream({ model, input: [user("Count from 1 to 5.")] });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type !== "response.output_text.delta")).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const deltas = events.flatMap((event) => (event.type === "response.output_text.delta" ? [event] : []));
    expect(types.slice(4, 4 + deltas.length).every((type) => type === "response.output_text.delta")).toBe(true);
    expect(deltas.map(({ delta }) => delta).join("")).toBe(saidIn(final));
    const [item] = final.output;
    for (const { item_id, output_index, content_index } of deltas)
      expect({ item_id, output_index, content_index }).toEqual({
        item_id: item?.id,
        output_index: 0,
        content_index: 0,
      });
    const snapshots = events.flatMap((event) => ("response" in event ? [event.response] : []));
    expect(snapshots.map(({ status }) => status)).toEqual(["in_progress", "in_progress", "completed"]);
    expect(new Set(snapshots.map(({ id }) => id)).size).toBe(1);
    expect(final.usage?.total_tokens).toBeGreaterThan(0);
  });

  test("system prompt: given as an item of the input", async () => {
    const system = { type: "message", role: "system", content: "You are a pirate. Speak like one." };
    const response = await create({ model, input: [system, user("Say hello.")] });
    expect(response.status).toBe("completed");
    expect(saidIn(response)).not.toBe("");
    if (model !== "sandbox") expect(JSON.stringify(upstream.heard.at(-1)?.body)).toContain("You are a pirate.");
  });

  test("tool calling: the call comes as an item of its own, with its arguments as JSON", async () => {
    const body = { model, input: [user("What is the weather like in Basel?")], tools: [WEATHER] };
    const response = await create(body, CALLING);
    const call = response.output.find(({ type }) => type === "function_call");
    expect(call).toMatchObject({ name: "get_weather", status: "completed" });
    expect(JSON.parse(call?.type === "function_call" ? call.arguments : "")).toHaveProperty("location");
    expect(response.tools).toMatchObject([{ name: "get_weather", strict: null }]);
  });

  test("tool calling, streamed: the item opens, its arguments arrive in pieces and whole, and it closes", async () => {
    const body = { model, input: [user("What is the weather like in Basel?")], tools: [WEATHER] };
    const { events, final } = await stream(body, CALLING);
    const deltas = events.flatMap((event) =>
      event.type === "response.function_call_arguments.delta" ? [event.delta] : [],
    );
    const done = events.find((event) => event.type === "response.function_call_arguments.done");
    expect(deltas.length).toBeGreaterThan(0);
    expect(deltas.join("")).toBe(done?.arguments);
    expect(final.output).toMatchObject([{ type: "function_call", arguments: done?.arguments }]);
    const items = events.flatMap((event) => ("item" in event ? [[event.type, event.item?.type]] : []));
    expect(items).toEqual([
      ["response.output_item.added", "function_call"],
      ["response.output_item.done", "function_call"],
    ]);
  });

  test("image input: an image beside the text of a message", async () => {
    const content = [
      { type: "input_text", text: "What do you see? One sentence." },
      { type: "input_image", image_url: IMAGE },
    ];
    const response = await create({ model, input: [user(content)] });
    expect(response.status).toBe("completed");
    expect(saidIn(response)).not.toBe("");
    const sent = JSON.stringify(upstream.heard.at(-1)?.body);
    if (model !== "sandbox") expect(sent).toContain(IMAGE.slice(IMAGE.indexOf(",") + 1));
  });

  test("multi-turn: what both said before, with the phases of what the assistant said", async () => {
    const before = { type: "message", role: "assistant", content: "Hello Alice! How can I help?" };
    for (const assistant of [before, { ...before, phase: "commentary" }, { ...before, phase: "final_answer" }]) {
      const input = [user("My name is Alice."), assistant, user("What is my name?")];
      expect((await create({ model, input })).status).toBe("completed");
    }
  });

  test("previous_response_id: the same conversation without sending it again", async () => {
    const first = await create({ model, input: [user("My name is Alice.")] });
    const second = await create({ model, input: [user("What is my name?")], previous_response_id: first.id });
    expect(second).toMatchObject({ status: "completed", previous_response_id: first.id });
    if (model === "sandbox") return;
    const sent = JSON.stringify(upstream.heard.at(-1)?.body);
    for (const said of ["My name is Alice.", saidIn(first), "What is my name?"]) expect(sent).toContain(said);
  });
});
