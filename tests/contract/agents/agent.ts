import { expect } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import type { Heard } from "#tests/support/dialect-upstream";
import type { Script } from "#tests/support/dialect-upstream-script";
import { DIALECTS, modelThrough, openPairs, type Pairs, PHRASINGS } from "#tests/support/pairs";
import type { JsonObject } from "#tests/support/pairs-json";
import type { Part, Question } from "#tests/support/pairs-question";

/** Every upstream an agent is tried in front of. */
export const FRONTS = DIALECTS.map((upstream) => ({ upstream, model: modelThrough(upstream) }));

/** Opaque, long, and with every character such proofs are made of. */
export const PROOF = `Ev4C+/=_-.sy1.${Buffer.alloc(150, 9).toString("base64")}==`;

export const USAGE = { input: 120, cached: 20, output: 30, reasoning: 10 };
export const DONE: Script = { said: [{ kind: "text", text: "It is done. 完" }], finish: "stop", usage: USAGE };

export type Ask = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** What the upstream says. */
  readonly script: Script;
};

export type Asked = { readonly text: string; readonly dropped: readonly string[]; readonly heard: Heard };

/** The gateway as an agent sees it. */
export async function openAgents() {
  const pairs = await openPairs();
  return { pairs, ask: (one: Ask) => ask(pairs, one), close: pairs.close };
}

/** Sends what an agent sends by default: never refused, and the upstream is asked once. */
async function ask(pairs: Pairs, { path, headers, body, script }: Ask): Promise<Asked> {
  pairs.upstream.answer({ kind: "says", script });
  const before = pairs.upstream.heard.length;
  const response = await fetch(pairs.origin + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect({ status: response.status, text: response.status === 200 ? "" : text }).toEqual({ status: 200, text: "" });
  const asked = pairs.upstream.heard.slice(before);
  const [heard] = asked;
  if (heard === undefined) throw new Error("the upstream was not asked");
  expect(asked).toHaveLength(1);
  return { text, dropped: droppedIn(response.headers), heard };
}

/** What was reported as left out, each kind of place once. */
const droppedIn = (headers: Headers): readonly string[] => [
  ...new Set(
    (headers.get("x-switchyard-dropped") ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .map((name) => name.replaceAll(/\.\d+/g, ".N")),
  ),
];

/** What the upstream was asked, read by hand. */
export const questionOf = ({ dialect, body }: Heard): Question => PHRASINGS[dialect].read(body);

/** Everything that was said so far, to be searched. */
const partsOf = (heard: Heard): readonly Part[] => questionOf(heard).turns.flatMap(({ parts }) => parts);

/** The calls so far and what came back, in order. */
export const callsOf = (heard: Heard) =>
  partsOf(heard).flatMap((part) => ("call" in part ? [{ id: part.call, name: part.name, input: part.input }] : []));
export function resultsOf(heard: Heard) {
  const results = partsOf(heard).flatMap((part) => ("result" in part ? [part] : []));
  const names = new Map(callsOf(heard).map(({ id, name }) => [id, name]));
  for (const { result, name } of results) expect(name).toBe(names.get(result));
  return results.map(({ result, output }) => ({ id: result, output }));
}

/** A proof goes back to the byte where the upstream takes one, and nowhere else. */
export function expectProof({ dialect, body }: Heard, goesTo: ReadonlySet<DialectId>): void {
  expect(JSON.stringify(body).includes(JSON.stringify(PROOF).slice(1, -1))).toBe(goesTo.has(dialect));
}
