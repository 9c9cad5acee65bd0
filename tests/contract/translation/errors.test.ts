import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Answer } from "#tests/support/dialect-upstream";
import { REFUSAL_WORDS } from "#tests/support/dialect-upstream-script";
import { type Got, modelThrough, openPairs, openStream, type Pairs, PHRASINGS, recordOf } from "#tests/support/pairs";
import { type JsonObject, objectAt, parseObject, parseSse, textAt } from "#tests/support/pairs-json";
import { ASK, HELLO, type Pair } from "./case.ts";
import { FEATURES } from "./cells.ts";
import { type Feature, ORDER, titleOf } from "./feature.ts";

const OWN = FEATURES.filter(({ provenIn }) => provenIn === "errors.test.ts");
const STATUSES = OWN.filter(({ id }) => /\d$/.test(id));
const BREAKS = OWN.filter(({ id }) => !/\d$/.test(id));

/** What callers see of the status that an upstream answered. */
const SEEN: Readonly<Record<number, number>> = { 400: 400, 401: 502, 403: 502, 404: 502, 429: 429, 500: 502, 529: 503 };

/** The words of the four dialects for what callers see. */
const WORDS: Readonly<Record<DialectId, Readonly<Record<number, JsonObject>>>> = {
  "openai-chat": {
    400: { type: "invalid_request_error" },
    429: { type: "requests" },
    502: { type: "upstream_error" },
    503: { type: "server_error" },
  },
  "openai-responses": {
    400: { type: "invalid_request_error" },
    429: { type: "requests" },
    502: { type: "upstream_error" },
    503: { type: "server_error" },
  },
  "anthropic-messages": {
    400: { type: "invalid_request_error" },
    429: { type: "rate_limit_error" },
    502: { type: "api_error" },
    503: { type: "overloaded_error" },
  },
  gemini: {
    400: { code: 400, status: "INVALID_ARGUMENT" },
    429: { code: 429, status: "RESOURCE_EXHAUSTED" },
    502: { code: 502, status: "UNAVAILABLE" },
    503: { code: 503, status: "UNAVAILABLE" },
  },
};

const MODES = [
  { mode: "whole", isStream: false },
  { mode: "streamed", isStream: true },
] as const;

let pairs: Pairs;
beforeAll(async () => {
  pairs = await openPairs();
});
afterAll(() => pairs.close());

async function ask({ caller, upstream }: Pair, answer: Answer, isStream: boolean): Promise<Got> {
  const model = modelThrough(upstream);
  pairs.upstream.answer(answer);
  return await pairs.send({ caller, model, isStream, body: PHRASINGS[caller].write(ASK, { model, isStream }) });
}

/** Only Anthropic has a 529 of its own. */
const saidBy = (upstream: DialectId, status: number) =>
  status === 529 && upstream !== "anthropic-messages" ? 503 : status;

const statusOf = ({ id }: Feature) => Number(id.slice("error-".length));

describe.each(STATUSES)("$title", (feature) => {
  const status = statusOf(feature);
  describe.each(MODES)("$mode", ({ isStream }) => {
    for (const caller of ORDER)
      for (const upstream of ORDER)
        it(titleOf(feature, caller, upstream), async () => {
          const headers = { "retry-after": "7" };
          const answer: Answer = { kind: "refuses", status: saidBy(upstream, status), headers };
          const got = await ask({ caller, upstream }, answer, isStream);
          expectError(got, { caller, status });
        });
  });
});

function expectError(
  { status, headers, text }: Got,
  asked: { readonly caller: DialectId; readonly status: number },
): void {
  const seen = SEEN[asked.status] ?? 0;
  expect(status).toBe(seen);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  const body = parseObject(text);
  const error = objectAt(body.error);
  expect(error).toMatchObject(WORDS[asked.caller][seen] ?? {});
  expect(textAt(error.message)).not.toBe("");
  expect(text.includes(REFUSAL_WORDS)).toBe(seen === 400);
  expect(headers.get("retry-after")).toBe(seen === 429 || seen === 503 ? "7" : null);
  if (asked.caller === "anthropic-messages") expect(body.type).toBe("error");
  // What is the operator's to mend never looks like the caller's.
  if (seen === 502) expect(text).not.toMatch(/authentication|permission|api.?key|not_found/i);
}

/** Gives all of a stream that breaks once its first words are here. */
async function readBroken({ caller, upstream }: Pair, how: "error" | "cut") {
  const model = modelThrough(upstream);
  const { promise: until, resolve: goOn } = Promise.withResolvers<void>();
  pairs.upstream.answer({ kind: "breaks", script: HELLO, how, until });
  const body = PHRASINGS[caller].write(ASK, { model, isStream: true });
  const { readUntil, headers } = await openStream(pairs.origin, { caller, model, isStream: true, body });
  await readUntil((text) => text.includes("Trains"));
  goOn();
  return { text: await readUntil(() => false), headers };
}

describe.each(BREAKS)("$title", (feature) => {
  for (const caller of ORDER)
    for (const upstream of ORDER)
      it(titleOf(feature, caller, upstream), async () => {
        const { text, headers } = await readBroken({ caller, upstream }, feature.id === "error-cut" ? "cut" : "error");
        expect(text).not.toContain(REFUSAL_WORDS);
        expectFailure(caller, text);
        expect(await recordOf(pairs, headers)).toMatchObject({ outcome: "failed" });
      });
});

/** How each dialect tells that a stream has failed: nothing says that it was whole, and nothing of the answer follows. */
function expectFailure(caller: DialectId, text: string): void {
  const { events, isMarked } = parseSse(text);
  const told = events.findIndex(({ data }) => data.error);
  expect(isMarked).toBe(false);
  expect(events[told]?.data).toMatchObject(LAST[caller]);
  if (caller === "openai-responses" || caller === "anthropic-messages") expect(events[told]?.name).toBe("error");
  const after = events.slice(told + 1).map(({ data }) => data);
  expect(after).toHaveLength(caller === "openai-responses" ? after.length : 0);
  if (caller !== "openai-responses") return;
  // Some readers of Responses wait for the failed response, some throw at the event before it.
  expect(after.map(({ type }) => type)).toEqual(after.length === 0 ? [] : ["response.failed"]);
  expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, at) => at));
}

const LAST: Readonly<Record<DialectId, JsonObject>> = {
  "openai-chat": {
    error: { message: expect.any(String), type: expect.any(String), code: expect.any(String), param: null },
  },
  "openai-responses": { type: "error", message: expect.any(String), error: { type: expect.any(String) } },
  "anthropic-messages": {
    type: "error",
    error: { type: expect.stringMatching(/_error$/), message: expect.any(String) },
  },
  gemini: {
    error: { code: expect.any(Number), message: expect.any(String), status: expect.stringMatching(/^[A-Z_]+$/) },
  },
};
