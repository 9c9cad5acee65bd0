import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import { hasRecordings, type Recording, recordings } from "#tests/support/dialect-upstream-recordings";
import { modelThrough, openPairs, type Pairs, PHRASINGS, READINGS, recordOf } from "#tests/support/pairs";
import type { Call, Told } from "#tests/support/pairs-answer";
import { parseObject } from "#tests/support/pairs-json";
import { ASK } from "./case.ts";
import { ORDER } from "./feature.ts";

const ALL = recordings();

it.skipIf(!hasRecordings && process.env.CI !== "true")("the recordings of all four dialects are there", () => {
  const counted = Object.fromEntries(ORDER.map((id) => [id, ALL.filter(({ dialect }) => dialect === id).length]));
  expect(counted["openai-chat"]).toBeGreaterThanOrEqual(27);
  expect(counted["openai-responses"]).toBeGreaterThanOrEqual(45);
  expect(counted["anthropic-messages"]).toBeGreaterThanOrEqual(35);
  expect(counted.gemini).toBeGreaterThanOrEqual(8);
});

const NAMES_REFUSALS: ReadonlySet<DialectId> = new Set(["openai-chat", "openai-responses"]);

describe.skipIf(!hasRecordings)("recorded answers", () => {
  let pairs: Pairs;
  beforeAll(async () => {
    pairs = await openPairs();
  });
  afterAll(() => pairs.close());

  describe.each(ALL)("$name", (recording) => {
    for (const caller of ORDER)
      it(`says to a caller of ${caller} what it says`, async () => {
        const recorded = readingOf(recording.dialect, recording.body, { ...recording, isStrict: false });
        const { text, headers } = await replay(pairs, recording, caller);
        const isStrict = caller !== recording.dialect;
        const told = readingOf(caller, text, { ...recording, isStrict });
        expect(meaningOf(told, caller)).toEqual(meaningOf(recorded, caller));
        expectIds(told.calls, recorded.calls, caller === recording.dialect);
        expect(told.usage).toEqual(recorded.usage ?? told.usage);
        expect(told.model).toBe(modelThrough(recording.dialect));
        expectUsage(await recordOf(pairs, headers), recorded);
      });
  });
});

async function replay(pairs: Pairs, { dialect, isStream, body }: Recording, caller: DialectId) {
  const model = modelThrough(dialect);
  pairs.upstream.answer({ kind: "replays", body, isStream });
  const got = await pairs.send({ caller, model, isStream, body: PHRASINGS[caller].write(ASK, { model, isStream }) });
  expect({ status: got.status, text: got.status === 200 ? "" : got.text }).toEqual({ status: 200, text: "" });
  return got;
}

type Way = { readonly isStream: boolean; readonly isStrict: boolean };

const readingOf = (dialect: DialectId, text: string, { isStream, isStrict }: Way): Told =>
  isStream ? READINGS[dialect].stream(text, { isStrict }) : READINGS[dialect].whole(parseObject(text));

/** What all dialects can say of an answer, in the words of one. */
function meaningOf({ text, refusal, thoughts, calls, finish, cites }: Told, caller: DialectId) {
  const isNamed = NAMES_REFUSALS.has(caller);
  return {
    text: isNamed ? text : text + refusal,
    refusal: isNamed ? refusal : "",
    thoughts: thoughts.map((thought) => thought.text).join(""),
    calls: calls.map(callOf),
    finish,
    cites: cites.map(({ url }) => url),
  };
}

/** Callers without custom tools get the free text as the one field of an object. */
const callOf = ({ name, input }: Call) => ({
  name,
  input: typeof input === "object" && Object.keys(input).join() === "_raw" ? input._raw : input,
});

/** Google may leave ids out; every other caller needs them. */
function expectIds(told: readonly Call[], recorded: readonly Call[], isPassed: boolean): void {
  for (const [at, { id }] of told.entries()) {
    const given = recorded[at]?.id ?? "";
    if (given !== "" || isPassed) expect(id).toBe(given);
    else expect(id).toMatch(/^call_/);
  }
  expect(isPassed || new Set(told.map(({ id }) => id)).size === told.length).toBe(true);
}

function expectUsage({ outcome, usage }: Awaited<ReturnType<typeof recordOf>>, recorded: Told): void {
  expect(outcome).toBe("completed");
  if (recorded.usage === undefined) return;
  const { input, cached, output, reasoning } = recorded.usage;
  expect(usage).toMatchObject({
    inputTokens: input,
    cachedInputTokens: cached,
    outputTokens: output,
    reasoningTokens: reasoning,
  });
}
