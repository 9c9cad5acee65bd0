import type { Counts, ScriptFinish, Source } from "./dialect-upstream-script.ts";
import type { JsonObject } from "./pairs-json.ts";

/** What an answer says, before any dialect: read by hand from what a caller got, or from what an upstream sent. */
export type Told = {
  readonly model: string;
  readonly text: string;
  readonly refusal: string;
  readonly thoughts: readonly Thought[];
  readonly calls: readonly Call[];
  readonly finish: ScriptFinish | undefined;
  readonly usage: Counts | undefined;
  readonly cites: readonly Source[];
  readonly alternatives: readonly string[];
  readonly tokens: readonly string[];
};

export type Thought = { readonly text: string; readonly proof: string };
/** Arguments as an object; as the text they are where that is none (a custom tool's). Google signs calls; chat carries it. */
export type Call = {
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject | string;
  readonly proof?: string;
};

/** Reads the answers of one dialect. Of a stream it joins what was said, and where it is strict it throws at what the dialect does not allow. */
export type Reading = {
  readonly whole: (body: JsonObject) => Told;
  readonly stream: (text: string, how: { readonly isStrict: boolean }) => Told;
};

/** Gives a call's arguments as the object they are. */
export function inputOf(text: string): JsonObject | string {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Refuses a stream that its dialect does not allow. */
export function expectThat(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`not a legal stream: ${what}`);
}
