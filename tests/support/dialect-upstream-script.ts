import type { JsonObject } from "./pairs-json.ts";

/** What a model says, before any dialect. Writers of the four wire forms (dialect-upstream-*.ts) say it to the gateway. */
export type Said =
  | { readonly kind: "text"; readonly text: string; readonly cites?: Source }
  | { readonly kind: "thought"; readonly text: string; readonly proof: string }
  | { readonly kind: "call"; readonly id: string; readonly name: string; readonly input: JsonObject }
  | { readonly kind: "refusal"; readonly text: string };

export type Source = { readonly url: string; readonly title: string };

export type Counts = {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
};

export type ScriptFinish = "stop" | "length" | "calls" | "filter";

export type Script = {
  readonly said: readonly Said[];
  readonly finish: ScriptFinish;
  readonly usage: Counts;
  /** Other answers beside the first, where several were wanted. */
  readonly alternatives?: readonly string[];
  /** The tokens of the text and their log-probabilities, where they were wanted. */
  readonly tokens?: readonly { readonly token: string; readonly logprob: number }[];
};

/** One dialect as an upstream speaks it. */
export type Speaker = {
  readonly whole: (script: Script, model: string) => JsonObject;
  /** Whole frames; the last one (or two) end the stream. */
  readonly stream: (script: Script, model: string) => readonly string[];
  readonly error: (status: number) => JsonObject;
  /** The frame that reports a failure inside a stream. */
  readonly errorFrame: () => string;
};

export const dataFrame = (data: JsonObject | string): string =>
  `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

export const namedFrame = (name: string, data: JsonObject): string => `event: ${name}\n${dataFrame(data)}`;

/** What an upstream says of the request it refuses; the words must reach a caller whose fault it is, and no other. */
export const REFUSAL_WORDS = "the upstream's own words";
