import { generateText, streamText } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, outcomeOf } from "#tests/support/client-outcome";
import { aiSdkAt, CALLER_KEY, openaiAt, openRoutes, type Routes } from "#tests/support/client-routes";
import { refusal } from "#tests/support/client-wire";
import { POLICIES, type Refused, SAME } from "./rows-refused.ts";

let routes: Routes;
beforeAll(async () => {
  routes = await openRoutes(
    new Map([
      ...[...SAME, ...POLICIES].flatMap(({ model, script }) =>
        FORMS.map(({ name }) => [`${model}/${name}`, script] as const),
      ),
      ...OWN.map(({ model, script }) => [model, script] as const),
    ]),
  );
});
afterAll(() => routes?.close());

const SAID = [{ role: "user" as const, content: "hi" }];

type Form = { readonly name: string; readonly ask: (model: string) => Call["ask"] };

const PLAIN: Form = {
  name: "plain",
  ask: (model) => (route, told) => openaiAt(route, told).chat.completions.create({ model, messages: SAID }),
};
const STREAMED: Form = {
  name: "streamed",
  ask: (model) => (route, told) =>
    openaiAt(route, told).chat.completions.create({ model, messages: SAID, stream: true }),
};
const AI: Form = {
  name: "ai",
  ask: (model) => async (route, told) =>
    (await generateText({ model: aiSdkAt(route, told)(model), messages: SAID })).text,
};
const AI_STREAMED: Form = {
  name: "ai, streamed",
  ask: (model) => async (route, told) => {
    const { fullStream } = streamText({
      model: aiSdkAt(route, told)(model),
      messages: SAID,
      onError: () => undefined,
    });
    for await (const part of fullStream) if (part.type === "error") throw part.error;
  },
};
const FORMS = [PLAIN, STREAMED, AI, AI_STREAMED];

const callOf = ({ model }: Refused, { name, ask }: Form): Call => ({
  model: `${model}/${name}`,
  ask: ask(`${model}/${name}`),
});

describe("what is wrong with the caller's own request is told as without the gateway", () => {
  describe.each(FORMS)("$name", (form) => {
    it.each(SAME)("$title", async (row) => {
      const without = await outcomeOf(callOf(row, form), routes.without);
      expect(without.result).toBeUndefined();
      expect(without.sent).toHaveLength(row.requests);
      for (const route of routes.through) {
        const through = await outcomeOf(callOf(row, form), route);
        expect(through.error, route.name).toEqual(without.error);
        expect(through.told).toEqual(without.told);
        expect(through.sent).toHaveLength(row.requests);
      }
    });
  });
});

/** What a vendor's own front door says; ours says it of its own keys and models. */
const OWN = [
  {
    title: "401: a key that nobody has",
    model: "own-401",
    script: refusal(401, { message: "Incorrect API key provided.", code: "invalid_api_key" }),
    apiKey: "wrong-key",
    asked: "own-401",
  },
  {
    title: "404: a model that nobody has",
    model: "own-404",
    script: refusal(404, { message: "The model `own-404` does not exist.", code: "model_not_found" }),
    apiKey: CALLER_KEY,
    asked: "nobody",
  },
];

describe("what is wrong with the caller's key or model is told by the gateway as OpenAI tells it", () => {
  it.each(OWN)("$title", async ({ model, apiKey, asked }) => {
    const call: Call = { model, ask: PLAIN.ask(model) };
    const without = await outcomeOf(call, routes.without);
    const { class: kind, status, type, code } = without.error ?? {};
    for (const route of routes.through) {
      const own: Call = { model: asked, ask: (way, told) => PLAIN.ask(asked)({ ...way, apiKey }, told) };
      const through = await outcomeOf(own, route);
      expect(through.error, route.name).toMatchObject({ class: kind, status, type, code });
      expect(through.told).toHaveLength(without.told.length);
      expect(through.sent).toEqual([]);
    }
  });
});

describe("where the gateway must differ", () => {
  const rows = POLICIES.map((row) => [`${row.title}: ${row.why}`, row] as const);

  it.each(rows)("%s", async (_title, row) => {
    const { status, code } = row;
    const without = await outcomeOf(callOf(row, PLAIN), routes.without);
    expect({ had: without.error ?? without.result }).toMatchObject({ had: row.without });
    expect(without.sent).toHaveLength(row.requestsWithout);
    for (const route of routes.through) {
      for (const form of [PLAIN, STREAMED]) {
        const through = await outcomeOf(callOf(row, form), route);
        expect(through.error, route.name).toMatchObject({ class: row.class, status, code });
        expect(through.told).toEqual(Array(row.requests).fill(hintsOf(row)));
        expect(through.sent).toHaveLength(row.requests);
        expect(JSON.stringify(through.error)).not.toMatch(INNER);
      }
    }
  });

  it.each(rows)("(the ai package, which goes by the status alone) %s", async (_title, row) => {
    const isRetried = row.status === 429 || row.status >= 500;
    for (const [route, form] of routes.through.flatMap((one) => [[one, AI] as const, [one, AI_STREAMED] as const])) {
      const { error, told, sent } = await outcomeOf(callOf(row, form), route);
      const call = { class: "AI_APICallError", status: row.status, data: { error: { code: row.code } } };
      const expected = isRetried ? { class: "AI_RetryError", reason: "maxRetriesExceeded", last: call } : call;
      expect(error, route.name).toMatchObject(expected);
      expect(sent).toHaveLength(isRetried ? 3 : 1);
      expect(told).toEqual(sent.map(() => hintsOf(row)));
      expect(JSON.stringify(error)).not.toMatch(INNER);
    }
  });
});

/** What only the operator may read of an upstream's words. */
const INNER = /upstream-secret|org-of-the-operator|rack 7|<html>/;

const hintsOf = ({ status, retryAfter, shouldRetry }: (typeof POLICIES)[number]) => ({
  status,
  retryAfter,
  retryAfterMs: null,
  shouldRetry,
});
