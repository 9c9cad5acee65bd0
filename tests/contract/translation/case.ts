import type { DialectId } from "#lib/gateway/conversation";
import type { Script } from "#tests/support/dialect-upstream-script";
import type { JsonObject } from "#tests/support/pairs-json";
import type { Question } from "#tests/support/pairs-question";

export type Pair = { readonly caller: DialectId; readonly upstream: DialectId };

/** How one feature is asked for, and how its arrival is told. */
export type Case = {
  readonly asks: Question;
  /** What a dialect has words of its own for, laid over the request that the question comes to. */
  readonly adds?: Readonly<Partial<Record<DialectId, JsonObject>>>;
  /** What the upstream must have read, where it is not what was asked. */
  readonly arrives?: (pair: Pair) => Partial<Question>;
  /** The same in the upstream's own words: a part of its request. */
  readonly wire?: (pair: Pair) => JsonObject;
  /** True for a request that says nothing of it: what a drop must come to. */
  readonly isLost?: (question: Question, body: JsonObject) => boolean;
  readonly says?: Script;
  /** What the caller must be told instead, where the gateway itself changes the answer. */
  readonly hears?: (pair: Pair) => Script | undefined;
};

export const USAGE = { input: 120, cached: 20, output: 30, reasoning: 10 };

export const HELLO: Script = {
  said: [{ kind: "text", text: "Trains are shunted in the yard, café included. 火车" }],
  finish: "stop",
  usage: USAGE,
};

export const ASK: Question = { turns: [{ who: "user", parts: [{ text: "What is done in the yard?" }] }] };

/** A question with more said beside it. */
export const asking = (more: Partial<Question>): Question => ({ ...ASK, ...more });
