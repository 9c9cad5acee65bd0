import { generateText } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, outcomeOf } from "#tests/support/client-outcome";
import { aiSdkAt, openaiAt, openRoutes, type Routes } from "#tests/support/client-routes";
import { POLICIES, type Refused, SAME } from "./rows-refused.ts";

let routes: Routes;
beforeAll(async () => {
  routes = await openRoutes(
    new Map(
      [...SAME, ...POLICIES].flatMap(({ model, script }) => FORMS.map(({ name }) => [`${model}/${name}`, script])),
    ),
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
const FORMS = [PLAIN, STREAMED, AI];

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
    for (const route of routes.through) {
      const { error, told, sent } = await outcomeOf(callOf(row, AI), route);
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
