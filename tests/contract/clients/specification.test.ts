import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf } from "#tests/support/client-outcome";
import { openRoutes, type Routes } from "#tests/support/client-routes";
import { startSteady } from "#tests/support/client-steady";
import { AI_ROWS } from "./rows-ai.ts";
import { OPENAI_ROWS, type Row } from "./rows-openai.ts";
import { OTHER_ROWS } from "./rows-other.ts";

type Steady = Awaited<ReturnType<typeof startSteady>>;

const CHAT = join(import.meta.dirname, "../sdk/fixtures/openai-requests.yaml");
const OTHER = join(import.meta.dirname, "fixtures/other-requests.yaml");

let chat: Steady;
let other: Steady;
beforeAll(async () => {
  [chat, other] = await Promise.all([startSteady(CHAT), startSteady(OTHER)]);
}, 30_000);
afterAll(() => Promise.all([chat?.stop(), other?.stop()]));

/** What is wrong with a request, as the specification of its endpoint has it. */
const faultsOf = (path: string, body: Readonly<Record<string, unknown>>) =>
  (path === "/chat/completions" ? chat : other).faultsOf(path, body);

/** Whatever a client asks, an upstream that checks every request against OpenAI's specification takes what we send of it. */
describe.each([
  ["openai", OPENAI_ROWS],
  ["openai, not for chat,", OTHER_ROWS],
  ["ai", AI_ROWS],
])("what the %s package asks reaches a checking upstream as it wants it", (_package, rows) => {
  let routes: Routes;
  beforeAll(async () => {
    routes = await openRoutes(new Map(rows.map(([, { model, script }]) => [model, script])));
  });
  afterAll(() => routes?.close());

  it.each(rows)("%s", async (_title, row: Row) => {
    for (const route of routes.through) {
      await outcomeOf(row, route);
      const asked = route.askedFor(row.model);
      expect(asked.length).toBeGreaterThan(0);
      for (const { path, body } of asked)
        expect({ route: route.name, body, faults: await faultsOf(path.replace("/v1", ""), body) }).toEqual({
          route: route.name,
          body,
          faults: undefined,
        });
    }
  });
});

it.each([
  ["/chat/completions", { model: "m", messages: [{ role: "user", content: "Hi" }], n: "2" }, "n"],
  ["/completions", { model: "m", prompt: "Hi", max_tokens: "1" }, "max_tokens"],
  ["/embeddings", { model: "m", input: "Hi", stream: true }, "stream"],
  ["/moderations", { model: "m", inputs: "Hi" }, "input"],
])("and would not take what is wrong at %s", async (path, body, name) => {
  expect(await faultsOf(path, body)).toContain(name);
});
