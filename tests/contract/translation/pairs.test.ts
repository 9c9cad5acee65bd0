import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Heard } from "#tests/support/dialect-upstream";
import { type Got, modelThrough, openPairs, type Pairs, PHRASINGS, READINGS } from "#tests/support/pairs";
import type { Told } from "#tests/support/pairs-answer";
import { type JsonObject, parseObject } from "#tests/support/pairs-json";
import type { Question } from "#tests/support/pairs-question";
import { type Case, HELLO, type Pair } from "./case.ts";
import { CASES } from "./cases.ts";
import { FEATURES } from "./cells.ts";
import { type Feature, ORDER, type Outcome, outcomeOf, titleOf } from "./feature.ts";
import { toldOf } from "./told.ts";

const MODES = [
  { mode: "whole", isStream: false },
  { mode: "streamed", isStream: true },
] as const;

type Cell = Pair & { readonly feature: Feature; readonly asked: Case; readonly outcome: Outcome };

const cellsOf = (feature: Feature, asked: Case): readonly Cell[] =>
  ORDER.flatMap((caller) =>
    ORDER.map((upstream) => ({ feature, asked, caller, upstream, outcome: outcomeOf(feature, caller, upstream) })),
  ).filter(({ outcome }) => outcome !== "unsayable");

describe.each(FEATURES.filter(({ provenIn }) => provenIn === undefined))("$title", (feature) => {
  const asked = CASES[feature.id];
  if (asked === undefined) throw new Error(`no case of ${feature.id}`);
  let pairs: Pairs;
  beforeAll(async () => {
    pairs = await openPairs();
  });
  afterAll(() => pairs.close());

  describe.each(MODES)("$mode", ({ isStream }) => {
    for (const cell of cellsOf(feature, asked))
      it(titleOf(feature, cell.caller, cell.upstream), async () => {
        const exchange = await askThrough(pairs, cell, isStream);
        prove(cell, exchange);
      });
  });
});

type Exchange = { readonly got: Got; readonly heard: readonly Heard[]; readonly isStream: boolean };

async function askThrough(pairs: Pairs, cell: Cell, isStream: boolean): Promise<Exchange> {
  const { caller, upstream, asked } = cell;
  const model = modelThrough(upstream);
  pairs.upstream.answer({ kind: "says", script: asked.says ?? HELLO });
  const before = pairs.upstream.heard.length;
  const body = { ...PHRASINGS[caller].write(asked.asks, { model, isStream }), ...asked.adds?.[caller] };
  const got = await pairs.send({ caller, model, isStream, body });
  return { got, heard: pairs.upstream.heard.slice(before), isStream };
}

function prove(cell: Cell, { got, heard, isStream }: Exchange): void {
  if (cell.outcome === "refused") {
    expect(heard).toEqual([]);
    expectRefusal(cell, got);
    return;
  }
  expect({ status: got.status, text: got.status === 200 ? "" : got.text }).toEqual({ status: 200, text: "" });
  const [one] = heard;
  if (one === undefined) throw new Error("the upstream was not asked");
  expect(one).toMatchObject({ dialect: cell.upstream, isStream });
  expectAsked(cell, one);
  expectReport(cell, got.dropped);
  expectTold(cell, got, isStream);
}

const fieldOf = ({ feature }: Cell) => new RegExp(feature.field ?? "^$");

function expectReport(cell: Cell, dropped: readonly string[]): void {
  const named = dropped.filter((name) => cell.feature.field === undefined || fieldOf(cell).test(name));
  if (cell.outcome === "carried") expect(named).toEqual([]);
  else expect(dropped).toEqual(expect.arrayContaining([expect.stringMatching(fieldOf(cell))]));
}

function expectAsked({ asked, outcome, caller, upstream }: Cell, heard: Heard): void {
  const question = PHRASINGS[upstream].read(heard.body);
  if (outcome === "dropped") {
    if (asked.isLost === undefined) throw new Error("nobody says how this looks when it is lost");
    expect(asked.isLost(question, heard.body), JSON.stringify(heard.body)).toBe(true);
    return;
  }
  if (asked.wire) expect(heard.body).toMatchObject(asked.wire({ caller, upstream }));
  else expect(question).toMatchObject(arriving(asked, { caller, upstream }));
  if (caller === upstream && asked.adds?.[caller]) expect(heard.body).toMatchObject(asked.adds[caller] ?? {});
}

/** What is not said otherwise arrives as it was asked. */
function arriving(asked: Case, pair: Pair): Partial<Question> {
  const instead = asked.arrives?.(pair);
  return instead === undefined || Object.keys(instead).length === 0 ? askedFor(asked) : instead;
}

const askedFor = ({ adds, asks }: Case): Partial<Question> => (adds ? {} : asks);

function expectTold({ asked, caller, upstream }: Cell, { text }: Got, isStream: boolean): void {
  const told = readAnswer(caller, text, { isStream, isStrict: true });
  const script = asked.hears?.({ caller, upstream }) ?? asked.says ?? HELLO;
  const { thoughts, ...expected } = toldOf(script, { caller, upstream });
  expect(told).toMatchObject({ model: modelThrough(upstream), ...expected });
  // Google's proofs stand on the text: to others they are thoughts without words.
  const shown = told.thoughts.map((thought) => thought.text).filter((thought) => thought !== "");
  expect(shown).toEqual(thoughts.map((thought) => thought.text));
}

type Way = { readonly isStream: boolean; readonly isStrict: boolean };

const readAnswer = (caller: DialectId, text: string, { isStream, isStrict }: Way): Told =>
  isStream ? READINGS[caller].stream(text, { isStrict }) : READINGS[caller].whole(parseObject(text));

function expectRefusal(cell: Cell, { status, text }: Got): void {
  expect(status).toBe(400);
  const error = parseObject(text).error;
  expect(JSON.stringify(error)).toMatch(fieldOf(cell));
  expect(error).toMatchObject(REFUSALS[cell.caller]);
}

const REFUSALS: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": { type: "invalid_request_error", code: "not_translatable" },
  "openai-responses": { type: "invalid_request_error", code: "not_translatable" },
  "anthropic-messages": { type: "invalid_request_error" },
  gemini: { code: 400, status: "INVALID_ARGUMENT" },
};
