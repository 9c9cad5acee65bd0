import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelThrough, openPairs, openStream, type Pairs, PHRASINGS, READINGS, recordOf } from "#tests/support/pairs";
import { ASK, HELLO, type Pair } from "./case.ts";
import { FEATURES } from "./cells.ts";
import { ORDER, titleOf } from "./feature.ts";

let pairs: Pairs;
beforeAll(async () => {
  pairs = await openPairs();
});
afterAll(() => pairs.close());

/** Asks for a stream whose upstream stops after its first words until `goOn` is called. */
async function askForStream({ caller, upstream }: Pair) {
  const model = modelThrough(upstream);
  const { promise: until, resolve: goOn } = Promise.withResolvers<void>();
  pairs.upstream.answer({ kind: "says", script: HELLO, until });
  const body = PHRASINGS[caller].write(ASK, { model, isStream: true });
  return { goOn, ...(await openStream(pairs.origin, { caller, model, isStream: true, body })) };
}

const PAIRS = ORDER.flatMap((caller) => ORDER.map((upstream) => ({ caller, upstream })));

describe.each(FEATURES.filter(({ provenIn }) => provenIn === "streaming.test.ts"))("$title", (feature) => {
  for (const pair of PAIRS)
    it(titleOf(feature, pair.caller, pair.upstream), async () => {
      const { readUntil, goOn } = await askForStream(pair);
      // The upstream waits: what was said so far has to be here, or this would wait for ever.
      const begun = await readUntil((text) => text.includes("Trains"));
      goOn();
      const whole = await readUntil(() => false);
      expect(begun.length).toBeLessThan(whole.length);
      expect(READINGS[pair.caller].stream(whole, { isStrict: true })).toMatchObject({ finish: "stop" });
    });
});

describe("hanging up", () => {
  it.each(PAIRS)("a caller of $caller who leaves ends the call to an upstream of $upstream", async (pair) => {
    const before = pairs.upstream.leftAlone();
    const { readUntil, hangUp, goOn, headers } = await askForStream(pair);
    await readUntil((text) => text.includes("Trains"));
    await hangUp();
    await expect.poll(() => pairs.upstream.leftAlone()).toBe(before + 1);
    goOn();
    expect(await recordOf(pairs, headers)).toMatchObject({ outcome: "cancelled", errorCode: "caller_left" });
  });
});
