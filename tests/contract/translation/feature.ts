import type { DialectId } from "#lib/gateway/conversation";

/** What becomes of one thing a caller says in front of one upstream. */
export type Outcome =
  /** It arrives and means the same. */
  | "carried"
  /** It arrives in another place or form than it was said in, and is named in `x-switchyard-dropped`. */
  | "moved"
  /** It is left out, which changes no meaning, and is named in `x-switchyard-dropped`. */
  | "dropped"
  /** A 400 names the field, and no upstream is asked. */
  | "refused"
  /** The caller's dialect has no words for it. */
  | "unsayable";

export type Feature = {
  readonly id: string;
  readonly title: string;
  /** Carried in all sixteen pairs, or the gateway is broken. */
  readonly isPromised?: true;
  /** What a refusal or the report of a loss names, as a pattern. */
  readonly field?: string;
  readonly note?: string;
  /** The test file beside this one, where it is not pairs.test.ts. */
  readonly provenIn?: string;
  /** One letter a cell: four callers, each in front of four upstreams, both in the order of ORDER. */
  readonly cells: string;
};

export type Group = { readonly title: string; readonly features: readonly Feature[] };

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  c: "carried",
  m: "moved",
  d: "dropped",
  r: "refused",
  "-": "unsayable",
};

export const ORDER = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"] as const;

/** Reads one cell. */
export function outcomeOf({ id, cells }: Feature, caller: DialectId, upstream: DialectId): Outcome {
  const row = cells.split(" ")[ORDER.indexOf(caller)] ?? "";
  const outcome = OUTCOMES[row[ORDER.indexOf(upstream)] ?? ""];
  if (outcome === undefined) throw new Error(`no outcome of ${id} for ${caller} in front of ${upstream}`);
  return outcome;
}

/** The title of the test that proves a cell; it runs once for a whole answer and once for a stream. */
export const titleOf = (feature: Feature, caller: DialectId, upstream: DialectId): string =>
  `${feature.title}: ${caller} in front of ${upstream} is ${outcomeOf(feature, caller, upstream)}`;
