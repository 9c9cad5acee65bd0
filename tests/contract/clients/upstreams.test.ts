import type { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxProvider } from "#lib/gateway/providers/sandbox/index";
import { type Call, type Outcome, outcomeOf, withUsageAsked } from "#tests/support/client-outcome";
import { openRoutesTo, type Routes } from "#tests/support/client-routes";
import { startAimock, startSandbox } from "#tests/support/client-upstreams";
import {
  type Ask,
  CHATS,
  COMPLETIONS,
  EMBEDDINGS,
  MODERATIONS,
  SCHEMA_CHATS,
  streamed,
  TOOL_CHATS,
  whole,
} from "./asks.ts";

const FIXED = { id: "chatcmpl-A1", created: 1_760_000_000 };

/** What aimock is told to say to each model. */
function teach(mock: LLMock): void {
  const usage = { prompt_tokens: 19, completion_tokens: 7, total_tokens: 26 };
  const calls = [
    { id: "call_1", name: "weather", arguments: '{"place":"Köln"}' },
    { id: "call_2", name: "time", arguments: '{"place": "Bonn"}' },
  ];
  mock.on({ model: "says" }, { content: "Der Hof hat 9 Gleise 🛤️", reasoning: "hm", usage, ...FIXED });
  mock.on({ model: "calls" }, { toolCalls: calls, usage, ...FIXED });
  mock.on({ model: "schema" }, { content: '{"place":"Köln","tracks":9}', usage, ...FIXED });
  // Numbers of 32 bits: aimock gives floats where base64 was asked for, and the gateway what was asked for.
  mock.on({ model: "vectors", endpoint: "embedding" }, { embedding: [0.5, -0.25, 2 ** -24] });
  for (const { model, status, code } of ERRORS)
    mock.on({ model }, { error: { message: `aimock says ${status}`, type: "an_error", code }, status, retryAfter: 3 });
  mock.on({ model: "cut" }, { content: "Der Hof hat 9 Gleise.", ...FIXED }, { truncateAfterChunks: 3 });
}

/** Of each error: its model, what aimock answers, and what the gateway makes of it (tests/contract/clients/rows-refused.ts says why). */
const ERRORS = [
  { model: "e400", status: 400, code: "bad", as: { status: 400, code: "bad" } },
  { model: "e401", status: 401, code: "invalid_api_key", as: { status: 502, code: "upstream_rejected" } },
  { model: "e422", status: 422, code: "unprocessable", as: { status: 422, code: "unprocessable" } },
  { model: "e429", status: 429, code: "rate_limit_exceeded", as: { status: 429, code: "rate_limited" } },
  { model: "e500", status: 500, code: "boom", as: { status: 502, code: "upstream_failed" } },
  { model: "e529", status: 529, code: "overloaded", as: { status: 503, code: "no_upstream" } },
] as const;

describe("in front of aimock", () => {
  let routes: Routes;
  beforeAll(async () => {
    const models = ["says", "calls", "schema", "vectors", "cut", ...ERRORS.map(({ model }) => model)];
    routes = await openRoutesTo({ models, start: () => startAimock(teach) });
  });
  afterAll(() => routes?.close());

  const rows = [
    ...rowsOf("says", CHATS),
    ...rowsOf("calls", TOOL_CHATS),
    ...rowsOf("schema", SCHEMA_CHATS),
    ...rowsOf("vectors", EMBEDDINGS),
  ];

  it.each(rows)("a client has what it has without the gateway: %s", async (_title, model, ask) => {
    const call = { model, ask: ask(model) };
    const { without, through } = await answeredAlike(call, routes);
    for (const { sent } of through) expect(sent.at(-1)).toEqual(without.sent.map(withUsageAsked).at(-1));
  });

  it.each(ERRORS)("$model, $code reaches a client as $as.status, $as.code", async ({ model, status, code, as }) => {
    const call = { model, ask: whole()(model) };
    const without = await outcomeOf(call, routes.without);
    expect(without.error).toMatchObject({ status, code });
    for (const route of routes.through) {
      const through = await outcomeOf(call, route);
      expect(through.error, route.name).toMatchObject(as);
      if (as.status === status) expect(through.error?.class).toBe(without.error?.class);
      expect(through.told).toHaveLength(
        as.status < 500 ? without.told.length : as.code === "upstream_rejected" ? 1 : 3,
      );
    }
  });

  it("a stream that is cut is an exception, with and without", async () => {
    const call = { model: "cut", ask: streamed()("cut") };
    expect((await outcomeOf(call, routes.without)).error).toBeDefined();
    for (const route of routes.through)
      expect((await outcomeOf(call, route)).error, route.name).toMatchObject({ code: "upstream_failed" });
  });
});

describe("in front of our own sandbox", () => {
  const faults = [
    ["sandbox-fault-error-400", 400, "sandbox_fault"],
    ["sandbox-fault-error-401", 502, "upstream_rejected"],
    ["sandbox-fault-error-429", 429, "rate_limited"],
    ["sandbox-fault-error-500", 502, "upstream_failed"],
    ["sandbox-fault-error-503", 503, "no_upstream"],
    ["sandbox-fault-error-in-200", 502, "upstream_failed"],
    ["sandbox-fault-malformed", 502, "upstream_failed"],
    ["sandbox-fault-reset", 502, "upstream_failed"],
  ] as const;
  let routes: Routes;
  beforeAll(async () => {
    const models = ["sandbox-chat", ...faults.map(([model]) => model)];
    routes = await openRoutesTo({ models, start: startSandbox, providerOf: () => sandboxProvider });
  });
  afterAll(() => routes?.close());

  const rows = [CHATS, TOOL_CHATS, SCHEMA_CHATS, EMBEDDINGS, MODERATIONS, COMPLETIONS].flatMap((asks) =>
    rowsOf("sandbox-chat", asks),
  );

  it.each(rows)("a client has what it has without the gateway: %s", async (_title, model, ask) => {
    await answeredAlike({ model, ask: ask(model) }, routes);
  });

  it.each(faults)("%s reaches a client as %i, %s", async (model, status, code) => {
    const call = { model, ask: whole()(model) };
    for (const route of routes.through)
      expect((await outcomeOf(call, route)).error, route.name).toMatchObject({ status, code });
  });
});

function rowsOf(model: string, asks: Readonly<Record<string, Ask>>) {
  return Object.entries(asks).map(([title, ask]) => [title, model, ask] as const);
}

/** What a call has without the gateway it has by every way through it. */
async function answeredAlike(call: Call, routes: Routes) {
  const without = await outcomeOf(call, routes.without);
  expect(without.error).toBeUndefined();
  const through: Outcome[] = [];
  for (const route of routes.through) {
    const outcome = await outcomeOf(call, route);
    expect(outcome.result, route.name).toEqual(without.result);
    expect(outcome.told).toEqual(without.told);
    through.push(outcome);
  }
  return { without, through };
}
