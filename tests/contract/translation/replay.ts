import { expect } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Recording } from "#tests/support/dialect-upstream-recordings";
import { modelThrough, type Pairs, PHRASINGS, READINGS, recordOf } from "#tests/support/pairs";
import type { Call, Told } from "#tests/support/pairs-answer";
import { parseObject } from "#tests/support/pairs-json";
import { ASK } from "./case.ts";

const NAMES_REFUSALS: ReadonlySet<DialectId> = new Set(["openai-chat", "openai-responses"]);

/** Lets an upstream answer as recorded, and reads by hand what a caller was told and what the upstream had said. */
export async function replayTo(pairs: Pairs, recording: Recording, caller: DialectId) {
  const recorded = readingOf(recording.dialect, recording.body, { ...recording, isStrict: false });
  const { text, headers } = await replay(pairs, recording, caller);
  const told = readingOf(caller, text, { ...recording, isStrict: caller !== recording.dialect });
  return { told, recorded, record: await recordOf(pairs, headers) };
}

type Replayed = Awaited<ReturnType<typeof replayTo>>;

/** The caller was told what was recorded, to the last count, and so was the record. */
export function expectSame({ told, recorded, record }: Replayed, { dialect }: Recording, caller: DialectId): void {
  expect(meaningOf(told, caller)).toEqual(meaningOf(finishFor(recorded, dialect, caller), caller));
  expectIds(told.calls, recorded.calls, caller === dialect);
  expect(told.usage).toEqual(recorded.usage ?? told.usage);
  expect(told.model).toBe(modelThrough(dialect));
  expect(record.outcome).toBe("completed");
  if (recorded.usage === undefined) return;
  const { input, cached, output, reasoning } = recorded.usage;
  expect(record.usage).toMatchObject({
    inputTokens: input,
    cachedInputTokens: cached,
    outputTokens: output,
    reasoningTokens: reasoning,
  });
}

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

/** A refusal that OpenAI says in words is an end of its own to a caller of Anthropic's. */
export const finishFor = (said: Told, dialect: DialectId, caller: DialectId): Told =>
  said.refusal !== "" && caller === "anthropic-messages" && dialect !== caller ? { ...said, finish: "filter" } : said;

/** What all dialects can say of an answer, in the words of one. */
export function meaningOf({ text, refusal, thoughts, calls, finish, cites }: Told, caller: DialectId) {
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
