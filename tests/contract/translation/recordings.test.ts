import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRecordings, recordings } from "#tests/support/dialect-upstream-recordings";
import { openPairs, type Pairs } from "#tests/support/pairs";
import { ORDER } from "./feature.ts";
import { expectSame, replayTo } from "./replay.ts";

const ALL = recordings();

it.skipIf(!hasRecordings && process.env.CI !== "true")("the recordings of all four dialects are there", () => {
  const counted = Object.fromEntries(ORDER.map((id) => [id, ALL.filter(({ dialect }) => dialect === id).length]));
  expect(counted["openai-chat"]).toBeGreaterThanOrEqual(33);
  expect(counted["openai-responses"]).toBeGreaterThanOrEqual(45);
  expect(counted["anthropic-messages"]).toBeGreaterThanOrEqual(35);
  expect(counted.gemini).toBeGreaterThanOrEqual(8);
});

describe.skipIf(!hasRecordings)("recorded answers", () => {
  let pairs: Pairs;
  beforeAll(async () => {
    pairs = await openPairs();
  });
  afterAll(() => pairs.close());

  describe.each(ALL)("$name", (recording) => {
    for (const caller of ORDER)
      it(`says to a caller of ${caller} what it says`, async () => {
        expectSame(await replayTo(pairs, recording, caller), recording, caller);
      });
  });
});
