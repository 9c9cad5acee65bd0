import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import { type Recording, recordings, writtenRecordings } from "#tests/support/dialect-upstream-recordings";
import { modelThrough, openPairs, type Pairs, PHRASINGS, READINGS, THINKING_CHAT } from "#tests/support/pairs";
import type { Told } from "#tests/support/pairs-answer";
import { type JsonObject, parseObject } from "#tests/support/pairs-json";
import type { Turn } from "#tests/support/pairs-question";
import { ASK, HELLO } from "./case.ts";
import { nextTurn } from "./echo.ts";
import { ORDER } from "./feature.ts";

const readingOf = (dialect: DialectId, { body, isStream }: Pick<Recording, "body" | "isStream">): Told =>
  isStream ? READINGS[dialect].stream(body, { isStrict: false }) : READINGS[dialect].whole(parseObject(body));

const proofsIn = ({ thoughts, calls }: Told): readonly string[] =>
  [...thoughts, ...calls].flatMap(({ proof = "" }) => (proof === "" ? [] : [proof]));

/** Every recorded answer that proves its thoughts. */
const PROVEN = [...recordings(), ...writtenRecordings()]
  .map((recording) => ({ recording, name: recording.name, proofs: proofsIn(readingOf(recording.dialect, recording)) }))
  .filter(({ proofs }) => proofs.length > 0);

let pairs: Pairs;
beforeAll(async () => {
  pairs = await openPairs();
});
afterAll(() => pairs.close());

it("proofs of all four dialects are among the answers", () => {
  expect([...new Set(PROVEN.map(({ recording }) => recording.dialect))].sort()).toEqual([...ORDER].sort());
});

describe.each(PROVEN)("$name", ({ recording, proofs }) => {
  it.each(ORDER)(
    "its proofs come back to its upstream to the byte and in order, from a caller of %s",
    async (caller) => {
      const sent = JSON.stringify(await secondTurn(recording, caller));
      const places = proofs.map((proof) => sent.indexOf(JSON.stringify(proof).slice(1, -1)));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((left, right) => left - right));
    },
  );
});

/** Gives what the upstream is sent in the turn after its recorded answer. */
async function secondTurn({ dialect, isStream, body }: Recording, caller: DialectId): Promise<JsonObject | undefined> {
  const model = dialect === "openai-chat" ? THINKING_CHAT : modelThrough(dialect);
  const call = { caller, model, isStream };
  pairs.upstream.answer({ kind: "replays", body, isStream });
  const first = await pairs.send({ ...call, body: PHRASINGS[caller].write(ASK, { model, isStream }) });
  const told = readingOf(caller, { isStream, body: first.text });
  pairs.upstream.answer({ kind: "says", script: HELLO });
  const before = pairs.upstream.heard.length;
  const second = await pairs.send({
    ...call,
    body: nextTurn(call, { question: ASK, text: first.text, later: [goingOn(told)] }),
  });
  expect({ status: second.status, text: second.status === 200 ? "" : second.text }).toEqual({ status: 200, text: "" });
  return pairs.upstream.heard[before]?.body;
}

/** What was called is answered; where nothing was, the user goes on. */
const goingOn = ({ calls }: Told): Turn =>
  calls.length === 0
    ? { who: "user", parts: [{ text: "Go on." }] }
    : { who: "tools", parts: calls.map(({ id, name }) => ({ result: id, name, output: "done" })) };
