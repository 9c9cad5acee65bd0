import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { DialectId } from "#lib/gateway/conversation";
import { HELLO } from "#tests/contract/translation/case";
import { CASES } from "#tests/contract/translation/cases";
import { FEATURES } from "#tests/contract/translation/cells";
import { type Feature, ORDER, outcomeOf } from "#tests/contract/translation/feature";
import { type Steady, startSteady } from "#tests/support/client-steady";
import { modelThrough, openPairs, type Pairs, PHRASINGS } from "#tests/support/pairs";
import { dig, type JsonObject, objectsAt, parseObject } from "#tests/support/pairs-json";

const SPECIFICATION = join(import.meta.dirname, "fixtures/openai-requests.yaml");

let pairs: Pairs;
let steady: Steady;
beforeAll(async () => {
  pairs = await openPairs();
  steady = await startSteady(SPECIFICATION);
});
afterAll(async () => {
  await steady.stop();
  await pairs.close();
});

type OpenAiDialect = "openai-chat" | "openai-responses";
type Way = { readonly feature: Feature; readonly caller: DialectId; readonly upstream: OpenAiDialect };

const isTold = ({ feature, caller, upstream }: Way) =>
  caller !== upstream && !["refused", "unsayable"].includes(outcomeOf(feature, caller, upstream));

const waysTo = (upstream: OpenAiDialect) =>
  FEATURES.filter(({ id }) => CASES[id] !== undefined)
    .flatMap((feature) => ORDER.map((caller) => ({ feature, title: feature.title, caller, upstream })))
    .filter(isTold);

async function bodyOf({ feature, caller, upstream }: Way): Promise<JsonObject> {
  const asked = CASES[feature.id];
  if (asked === undefined) throw new Error(`no case of ${feature.id}`);
  const model = modelThrough(upstream);
  pairs.upstream.answer({ kind: "says", script: HELLO });
  const before = pairs.upstream.heard.length;
  const body = { ...PHRASINGS[caller].write(asked.asks, { model, isStream: true }), ...asked.adds?.[caller] };
  await pairs.send({ caller, model, isStream: true, body });
  return pairs.upstream.heard[before]?.body ?? {};
}

const SCHEMAS: Readonly<Record<OpenAiDialect, z.ZodType>> = {
  "openai-chat": schemaOf("CreateChatCompletionRequest"),
  "openai-responses": schemaOf("CreateResponse"),
};

describe.each(["openai-chat", "openai-responses"] as const)("what a translation asks of an upstream of %s", (to) => {
  it.each(waysTo(to))("is in OpenAI's own specification: $title, asked by $caller", async (way) => {
    const body = await bodyOf(way);
    const { success, error } = SCHEMAS[to].safeParse(body);
    expect({ body, success, error }).toEqual({ body, success: true, error: undefined });
  });
});

describe("Steady, with OpenAI's specification", () => {
  it.each(waysTo("openai-chat"))("takes as a chat upstream: $title, asked by $caller", async (way) => {
    expect(await errorsOf(await bodyOf(way))).toEqual([]);
  });

  it("would not take a field of the wrong type, and nor would the schema", async () => {
    const body = { model: "m", messages: [{ role: "user", content: "Hi" }], n: "2" };
    expect(await errorsOf(body)).toMatchObject([{ path: "body.n" }]);
    expect(SCHEMAS["openai-chat"].safeParse(body).success).toBe(false);
    const input = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "x" }] }];
    expect(SCHEMAS["openai-responses"].safeParse({ model: "m", input }).success).toBe(false);
  });
});

/** What Steady does not take of a body, and why. */
async function errorsOf(body: JsonObject): Promise<readonly JsonObject[]> {
  const fault = await steady.faultsOf("/chat/completions", body);
  return fault === undefined ? [] : objectsAt(parseObject(fault), "steady", "errors");
}

/** The specification says `oneOf` where several variants may fit: any of them will do. */
function schemaOf(name: string): z.ZodType {
  const specification: unknown = parse(readFileSync(SPECIFICATION, "utf8"));
  const text = JSON.stringify(dig(specification, "components", "schemas"))
    .replaceAll("#/components/schemas/", "#/$defs/")
    .replaceAll('"oneOf":', '"anyOf":');
  return z.fromJSONSchema({ $defs: JSON.parse(text), $ref: `#/$defs/${name}` });
}
