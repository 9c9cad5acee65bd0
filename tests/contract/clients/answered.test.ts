import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf, withUsageAsked } from "#tests/support/client-outcome";
import { CALLER_KEY, openRoutes, type Routes, UPSTREAM_SECRET } from "#tests/support/client-routes";
import { AI_ROWS } from "./rows-ai.ts";
import { OPENAI_ROWS, type Row } from "./rows-openai.ts";
import { OTHER_ROWS } from "./rows-other.ts";

/** An answer through the gateway is the answer without it, and so is what the upstream is asked. */
describe.each([
  ["openai", OPENAI_ROWS],
  ["openai, not for chat,", OTHER_ROWS],
  ["ai", AI_ROWS],
])("the %s package has through the gateway what it has without", (_package, rows) => {
  let routes: Routes;
  beforeAll(async () => {
    routes = await openRoutes(new Map(rows.map(([, { model, script }]) => [model, script])));
  });
  afterAll(() => routes?.close());

  it.each(rows)("%s", async (_title, row: Row) => {
    const without = await outcomeOf(row, routes.without);
    expect(without.error).toBeUndefined();
    expect(without.sent.length).toBeGreaterThan(0);
    for (const route of routes.through) {
      const through = await outcomeOf(row, route);
      expect(through.result, route.name).toEqual(without.result);
      expect(through.error).toBeUndefined();
      expect(through.told).toEqual(without.told);
      expect(through.sent).toEqual(without.sent.map(withUsageAsked));
      const records = route.bench.records.filter(({ requestedModel }) => requestedModel === row.model);
      expect(records.map(({ outcome, usage }) => [outcome, usage.isEstimated])).toEqual(
        without.sent.map(() => ["completed", false]),
      );
    }
  });
});

it("the upstream is given the gateway's credential and nothing of the caller's headers", async () => {
  const [[, row] = never()] = OPENAI_ROWS;
  const routes = await openRoutes(new Map([[row.model, row.script]]));
  for (const route of routes.through) {
    await row.ask(route, []);
    const [asked] = route.askedFor(row.model);
    expect(asked?.headers.authorization).toBe(`Bearer ${UPSTREAM_SECRET}`);
    expect(JSON.stringify(asked?.headers)).not.toContain(CALLER_KEY);
    expect(Object.keys(asked?.headers ?? {}).filter((name) => !EXPECTED.has(name))).toEqual([]);
    expect(asked?.path).toBe("/v1/chat/completions");
  }
  await routes.close();
});

const EXPECTED = new Set([
  "host",
  "connection",
  "authorization",
  "content-type",
  "content-length",
  "accept",
  "accept-encoding",
  "user-agent",
  "x-client-request-id",
]);

function never(): never {
  throw new Error("there are no rows");
}
