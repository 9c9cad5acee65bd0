import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writtenRecordings } from "#tests/support/dialect-upstream-recordings";
import { openPairs, type Pairs } from "#tests/support/pairs";
import type { Told } from "#tests/support/pairs-answer";
import { ORDER } from "./feature.ts";
import { expectSame, finishFor, meaningOf, replayTo } from "./replay.ts";
import { type Says, WRITTEN } from "./written.ts";

const ALL = writtenRecordings();

const answers = ORDER.flatMap((dialect) =>
  Object.entries(WRITTEN[dialect]).map(([name, says]) => ({ name: `${dialect}/${name}`, dialect, says })),
);

const recordingOf = (name: string) => {
  const found = ALL.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

/** What was read by a person, as answers are read here. */
function readingOf({ thoughts, cites, ...says }: Says): Told {
  return {
    model: "",
    text: "",
    refusal: "",
    calls: [],
    alternatives: [],
    tokens: [],
    ...says,
    thoughts: thoughts === undefined ? [] : [{ text: thoughts, proof: "" }],
    cites: (cites ?? []).map((url) => ({ url, title: "" })),
  };
}

it("every answer is there whole and as a stream, and read by a person", () => {
  const names = answers.flatMap(({ name }) => [`${name}.chunks.txt`, `${name}.json`]);
  expect(ALL.map(({ name }) => name).sort()).toEqual(names.sort());
});

describe.each(answers)("$name", ({ name, dialect, says }) => {
  let pairs: Pairs;
  beforeAll(async () => {
    pairs = await openPairs();
  });
  afterAll(() => pairs.close());

  it.each(ORDER)("says to a caller of %s what it says, whole and as a stream", async (caller) => {
    const [whole, stream] = [recordingOf(`${name}.json`), recordingOf(`${name}.chunks.txt`)];
    const said = await replayTo(pairs, whole, caller);
    const streamed = await replayTo(pairs, stream, caller);
    expectSame(said, whole, caller);
    expectSame(streamed, stream, caller);
    expect(meaningOf(said.told, caller)).toEqual(meaningOf(finishFor(readingOf(says), dialect, caller), caller));
    expect(said.told.usage).toEqual(says.usage);
    expectJoined(streamed.told, said.told);
  });
});

/** The stream comes to the whole answer, proofs included; ids that the gateway makes itself are each answer's own. */
function expectJoined(streamed: Told, whole: Told): void {
  const comparable = ({ calls, thoughts, ...told }: Told) => ({
    ...told,
    calls: calls.map(({ id, ...call }) => ({ ...call, id: /^call_[^w]/.test(id) ? "made" : id })),
    proofs: thoughts.flatMap(({ proof }) => (proof === "" ? [] : [proof])),
    thoughts: thoughts.map(({ text }) => text).join(""),
  });
  expect(comparable(streamed)).toEqual(comparable(whole));
}
