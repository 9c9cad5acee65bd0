import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Heard } from "#tests/support/dialect-upstream";
import type { Script } from "#tests/support/dialect-upstream-script";
import {
  type Got,
  modelThrough,
  openPairs,
  type Pairs,
  PHRASINGS,
  THINKING_CHAT,
  UPSTREAM_MODELS,
} from "#tests/support/pairs";
import type { JsonObject } from "#tests/support/pairs-json";
import type { Question, Turn } from "#tests/support/pairs-question";
import { USAGE } from "./case.ts";
import { SHUNT } from "./cases-tools.ts";
import { FEATURES } from "./cells.ts";
import { type Call, nextTurn } from "./echo.ts";
import { type Feature, ORDER, outcomeOf, titleOf } from "./feature.ts";

/** Opaque, long, and with every character such proofs are made of. */
const PROOF = `Ev4C+/=_-.sy1.${Buffer.alloc(150, 7).toString("base64")}==`;

const THINKS: Script = {
  said: [
    { kind: "thought", text: "Track two is free. 空", proof: PROOF },
    { kind: "call", id: "call_a1", name: "shunt", input: { track: 2 } },
  ],
  finish: "calls",
  usage: USAGE,
};

const QUESTION: Question = { tools: [SHUNT], turns: [{ who: "user", parts: [{ text: "Make up the train." }] }] };
const RESULT: Turn = { who: "tools", parts: [{ result: "call_a1", name: "shunt", output: "moved" }] };

const MODES = [
  { mode: "whole", isStream: false },
  { mode: "streamed", isStream: true },
] as const;

let pairs: Pairs;
beforeAll(async () => {
  pairs = await openPairs();
});
afterAll(() => pairs.close());

async function firstTurn({ caller, model, isStream }: Call): Promise<string> {
  pairs.upstream.answer({ kind: "says", script: THINKS });
  const body = PHRASINGS[caller].write(QUESTION, { model, isStream });
  const { status, text } = await pairs.send({ caller, model, isStream, body });
  expect(status).toBe(200);
  return text;
}

const secondTurn = (call: Call, text: string): JsonObject =>
  nextTurn(call, { question: QUESTION, text, later: [RESULT] });

type Answered = { readonly got: Got; readonly heard: Heard | undefined };

async function goOn(call: Call, body: JsonObject): Promise<Answered> {
  const before = pairs.upstream.heard.length;
  const got = await pairs.send({ ...call, body });
  expect({ status: got.status, text: got.status === 200 ? "" : got.text }).toEqual({ status: 200, text: "" });
  return { got, heard: pairs.upstream.heard[before] };
}

const proofsIn = ({ dialect, body }: Heard): readonly string[] =>
  PHRASINGS[dialect]
    .read(body)
    .turns.flatMap(({ parts }) => parts)
    .flatMap((part) => ("thought" in part && part.proof !== "" ? [part.proof] : []));

function prove(
  feature: Feature,
  { caller, upstream }: { caller: DialectId; upstream: DialectId },
  { got, heard }: Answered,
) {
  if (heard === undefined) throw new Error("the upstream was not asked");
  const isCarried = outcomeOf(feature, caller, upstream) === "carried";
  expect(proofsIn(heard)).toEqual(isCarried ? [PROOF] : []);
  expect(JSON.stringify(heard.body).includes(PROOF)).toBe(isCarried);
  if (isCarried) expect(got.dropped).toEqual([]);
  else expect(got.dropped).toEqual(expect.arrayContaining([expect.stringMatching(feature.field ?? "^$")]));
}

const featureOf = (id: string): Feature => {
  const found = FEATURES.find((feature) => feature.id === id);
  if (found === undefined) throw new Error(`there is no feature ${id}`);
  return found;
};

const [PROVEN, THINKING] = [featureOf("proof"), featureOf("thinking-chat")];

describe.each(MODES)("$mode", ({ isStream }) => {
  for (const caller of ORDER) {
    for (const upstream of ORDER)
      it(titleOf(PROVEN, caller, upstream), async () => {
        const call = { caller, model: modelThrough(upstream), isStream };
        const given = await firstTurn(call);
        prove(PROVEN, { caller, upstream }, await goOn(call, secondTurn(call, given)));
      });

    it(titleOf(THINKING, caller, "openai-chat"), async () => {
      const call = { caller, model: THINKING_CHAT, isStream };
      const given = await firstTurn(call);
      prove(THINKING, { caller, upstream: "openai-chat" }, await goOn(call, secondTurn(call, given)));
    });
  }

  it.each(
    ORDER.flatMap((from) => ORDER.flatMap((to) => (from === to ? [] : ORDER.map((caller) => ({ from, to, caller }))))),
  )("a proof of $from never reaches an upstream of $to that did not give it, asked by $caller", async (way) => {
    const { from, to, caller } = way;
    const first = { caller, model: modelThrough(from), isStream };
    const body = secondTurn(first, await firstTurn(first));
    const model = modelThrough(to);
    const { heard } = await goOn({ caller, model, isStream }, caller === "gemini" ? body : { ...body, model });
    // A caller of the upstream's own dialect is passed on as it is: what it says is its own affair.
    if (caller !== to) expect(JSON.stringify(heard?.body)).not.toContain(PROOF);
    else expect(heard?.dialect).toBe(to);
    expect(heard?.model).toBe(UPSTREAM_MODELS[to]);
  });
});
