import { streamText } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, errorOf, outcomeOf } from "#tests/support/client-outcome";
import { aiSdkAt, openaiAt, openRoutes, type Route, type Routes, type Told } from "#tests/support/client-routes";
import type { Fields, Script } from "#tests/support/client-upstream";
import { choice, completion, events, OPENING } from "#tests/support/client-wire";

const SAID = [{ role: "user" as const, content: "hi" }];
const BEGUN = [OPENING, { content: "Der " }, { content: "Hof" }];

/** A stream that goes on with `rest` once its first words have arrived, and ends this way. */
const begun =
  (ending: "cut" | "open" | "unmarked", ...rest: readonly string[]): Script =>
  ({ body }) => ({ events: events({ ...body, stream_options: {} }, BEGUN), rest, ending });

const errorFrame = (error: Fields) => JSON.stringify({ error: { param: null, code: null, ...error } });

/** A stream that does not end well: what its reader has by then, without the gateway and through it. */
type Fault = {
  readonly title: string;
  readonly script: Script;
  readonly without: Fields;
  readonly through: Fields;
  /** How many requests a client with two retries makes of it through the gateway; without, always one. */
  readonly requests?: number;
};

const TEXT = "Der Hof";
const CUT = { class: "APIError", status: undefined, code: "upstream_failed", type: "upstream_error" };
const FAILED = { text: undefined, error: { class: "InternalServerError", status: 502, code: "upstream_failed" } };

/**
 * Without the gateway a cut is an exception of the transport, or nothing at all. Through it a stream that has begun ends in
 * an error frame, and one that has not is an error with a status, which clients try again by themselves.
 */
const FAULTS: readonly Fault[] = [
  {
    title: "cut after its first words: an error frame",
    script: begun("cut"),
    without: { text: TEXT, error: { class: "TypeError" } },
    through: { text: TEXT, error: CUT },
  },
  {
    title: "cut before its first words: an error with a status",
    script: () => ({ events: [], ending: "cut" }),
    without: { text: "", error: { class: "TypeError" } },
    through: FAILED,
    requests: 3,
  },
  {
    title: "an error after its first words: an error frame, in our words",
    script: begun("open", errorFrame({ message: "rack 7 is down", type: "server_error" })),
    without: { text: TEXT, error: { class: "APIError", type: "server_error", message: "rack 7 is down" } },
    through: { text: TEXT, error: { ...CUT, message: "The upstream could not answer this request." } },
  },
  {
    title: "an error after its first words that speaks of the caller's request: an error frame in the upstream's words",
    script: begun("open", errorFrame({ message: "No such tool.", type: "invalid_request_error", param: "tools" })),
    without: { text: TEXT, error: { class: "APIError", type: "invalid_request_error", param: "tools" } },
    through: {
      text: TEXT,
      error: { class: "APIError", type: "invalid_request_error", param: "tools", message: "No such tool." },
    },
  },
  {
    title: "an error after its first words that repeats the gateway's credential: an error frame without it",
    script: begun("open", errorFrame({ message: "Not upstream-secret.", type: "invalid_request_error" })),
    without: { text: TEXT, error: { class: "APIError", message: "Not upstream-secret." } },
    through: { text: TEXT, error: { class: "APIError", message: "Not [concealed]." } },
  },
  {
    title: "an error before its first words: an error with a status",
    script: () => ({ events: [errorFrame({ message: "rack 7 is down", type: "server_error" })], ending: "open" }),
    without: { text: "", error: { class: "APIError", message: "rack 7 is down" } },
    through: FAILED,
    requests: 3,
  },
  {
    title: "an end without a finish: an error frame, where a client would take it for the whole",
    script: begun("unmarked"),
    without: { text: TEXT, error: undefined },
    through: { text: TEXT, error: CUT },
  },
  {
    title: "data that is no JSON: an error frame",
    script: begun("open", "{not json"),
    without: { text: TEXT, error: { class: "SyntaxError" } },
    through: { text: TEXT, error: CUT },
  },
  {
    title: "no stream at all where one was asked for: an error with a status, where a client would see nothing",
    script: completion(choice({ content: "hi" }, "stop")),
    without: { text: "", error: undefined },
    through: FAILED,
    requests: 3,
  },
];

const modelOf = (title: string) => title.split(":")[0] ?? "";

/** The text as far as it came, and how it ended. */
const told = async (model: string, route: Route, seen: Told[]) => {
  const chunks = await openaiAt(route, seen).chat.completions.create({ model, messages: SAID, stream: true });
  let text = "";
  try {
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text === TEXT) route.askedFor(model).at(-1)?.goOn();
    }
    return { text, error: undefined };
  } catch (thrown) {
    return { text, error: errorOf(thrown) };
  }
};

/** Ways to leave, each with the model that it asks for. */
type Leaving = {
  readonly model: string;
  /** Asks, and gives what leaves once the first words are there. */
  readonly begin: (route: Route, model: string) => Promise<() => void>;
};

const LEAVINGS: readonly Leaving[] = [
  {
    model: "a stream, by leaving its loop in openai",
    begin: async (route, model) => {
      const chunks = await openaiAt(route).chat.completions.create({ model, messages: SAID, stream: true });
      for await (const chunk of chunks) if (chunk.choices[0]?.delta.content === "Hof") break;
      return () => undefined;
    },
  },
  {
    model: "a stream, by the signal in ai",
    begin: async (route, model) => {
      const leaver = new AbortController();
      const { textStream } = streamText({ model: aiSdkAt(route)(model), messages: SAID, abortSignal: leaver.signal });
      const reader = textStream.getReader();
      for (let text = ""; text !== TEXT; ) text += (await reader.read()).value ?? "";
      return () => leaver.abort();
    },
  },
  {
    model: "an answer that has not come, by the signal in openai",
    begin: async (route, model) => {
      const leaver = new AbortController();
      const { signal } = leaver;
      openaiAt(route)
        .chat.completions.create({ model, messages: SAID }, { signal })
        .catch(() => undefined);
      await expect.poll(() => route.askedFor(model).length).toBe(1);
      return () => leaver.abort();
    },
  },
];

let routes: Routes;
beforeAll(async () => {
  routes = await openRoutes(
    new Map<string, Script>([
      ...FAULTS.map(({ title, script }) => [modelOf(title), script] as const),
      ["cut for ai", begun("cut")],
      ["unmarked", unmarked],
      ...LEAVINGS.map(({ model }) => [model, begun("open")] as const),
    ]),
  );
});
afterAll(() => routes?.close());

/** Ends after the finish without its `[DONE]`. */
const unmarked: Script = ({ body }) => ({
  events: events(body, [...BEGUN, { finish: "stop" }]),
  ending: "unmarked",
});

describe("a stream that fails", () => {
  it.each(FAULTS)("$title", async ({ title, without, through, requests = 1 }) => {
    const model = modelOf(title);
    const call: Call = { model, ask: (route, seen) => told(model, route, seen) };
    const direct = await outcomeOf(call, routes.without);
    expect(direct.result ?? direct).toMatchObject(plain(without));
    expect(direct.sent).toHaveLength(1);
    for (const route of routes.through) {
      const { result, error, sent } = await outcomeOf(call, route);
      const outcome: unknown = result ?? { error };
      expect(outcome, route.name).toMatchObject(plain(through));
      expect(sent).toHaveLength(requests);
      expect(JSON.stringify([result, error])).not.toContain("rack 7");
    }
  });

  it("without its closing mark is whole, and gets one", async () => {
    const call: Call = { model: "unmarked", ask: (route, seen) => told("unmarked", route, seen) };
    const direct = await outcomeOf(call, routes.without);
    for (const route of routes.through) {
      expect((await outcomeOf(call, route)).result, route.name).toEqual(direct.result);
      const answer = await fetch(`${route.baseURL}/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${route.apiKey}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "unmarked", messages: SAID, stream: true }),
      });
      expect(await answer.text()).toMatch(/\ndata: \[DONE\]\n\n$/);
    }
  });
});

it("a stream that is cut is an error part to the ai package, with the words that came before it", async () => {
  for (const route of routes.through) {
    const model = "cut for ai";
    const { fullStream } = streamText({ model: aiSdkAt(route)(model), messages: SAID, onError: () => undefined });
    const parts: Fields[] = [];
    for await (const part of fullStream) {
      parts.push(part);
      if (part.type === "text-delta" && part.text === "Hof") route.askedFor(model).at(-1)?.goOn();
    }
    const text = parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("");
    expect(text, route.name).toBe(TEXT);
    const failed = parts.find(({ type }) => type === "error");
    expect(JSON.stringify(failed)).toContain("The upstream could not answer this request.");
    expect(parts.find(({ type }) => type === "finish")).toMatchObject({ finishReason: "error" });
  }
});

describe("a caller who leaves ends the upstream's work within a second", () => {
  it.each(LEAVINGS)("$model", async ({ model, begin }) => {
    for (const route of [routes.without, ...routes.through]) {
      const leave = await begin(route, model);
      const leftAtMs = performance.now();
      leave();
      const abortedAtMs = () => route.askedFor(model)[0]?.abortedAtMs;
      await expect.poll(abortedAtMs, { timeout: 3_000 }).toBeDefined();
      expect((abortedAtMs() ?? Number.NaN) - leftAtMs, route.name).toBeLessThan(1_000);
      if (!route.bench) continue;
      const { records } = route.bench;
      const recorded = () => records.find((record) => record.requestedModel === model);
      await expect.poll(recorded, { timeout: 3_000 }).toBeDefined();
      expect(recorded()).toMatchObject({
        status: 499,
        outcome: "cancelled",
        errorCode: "caller_left",
        // Seven bytes of text are two tokens; of an answer that has not come only the input is billed.
        usage: { isEstimated: true, outputTokens: model.startsWith("a stream") ? 2 : 0 },
      });
      expect(recorded()?.usage.inputTokens).toBeGreaterThan(0);
      expect(recorded()?.cost).toBeGreaterThan(0n);
    }
  });
});

/** Members that are to be absent stand for nothing in plain data. */
const plain = (value: Fields): Fields => JSON.parse(JSON.stringify(value));
