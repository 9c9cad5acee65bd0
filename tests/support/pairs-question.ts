import type { JsonObject } from "./pairs-json.ts";

/**
 * What a caller asks, before any dialect: written in a caller's wire form by hand, and read from what reached an upstream
 * by hand, so that the two can be compared. What is absent was not said.
 */
export type Question = {
  readonly system?: string;
  readonly turns: readonly Turn[];
  readonly tools?: readonly ToolOffer[];
  readonly choice?: Choice;
  readonly oneAtATime?: boolean;
  readonly schema?: JsonObject;
  readonly json?: true;
  readonly maxOutput?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presence?: number;
  readonly frequency?: number;
  readonly answers?: number;
  readonly logprobs?: number;
  readonly effort?: string;
  readonly budget?: number;
  readonly verbosity?: string;
  readonly user?: string;
  readonly metadata?: JsonObject;
  readonly tier?: string;
  readonly cacheKey?: string;
};

export type Turn = { readonly who: "user" | "model" | "tools" | "system"; readonly parts: readonly Part[] };

export type Part =
  | { readonly text: string; readonly kept?: true }
  | { readonly image: Media }
  | { readonly file: Media; readonly called?: string }
  | { readonly audio: string; readonly format: string }
  | { readonly thought: string; readonly proof: string }
  | { readonly call: string; readonly name: string; readonly input: JsonObject; readonly proof?: string }
  | ToolOutput;

export type ToolOutput = {
  readonly result: string;
  readonly name: string;
  readonly output: string;
  readonly image?: Media;
  readonly failed?: true;
};

export type Media = { readonly type: string; readonly data: string } | { readonly url: string; readonly type?: string };

export type ToolOffer = {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonObject;
  readonly strict?: boolean;
  readonly kept?: true;
};

export type Choice = "auto" | "none" | "required" | { readonly named: string } | { readonly oneOf: readonly string[] };

/** Says a question as a request of one dialect, and reads one from a request. */
export type Phrasing = {
  readonly write: (question: Question, how: { readonly model: string; readonly isStream: boolean }) => JsonObject;
  readonly read: (body: JsonObject) => Question;
};

/** Joins neighbours of one speaker, as every dialect reads them. */
export function joinedTurns(turns: readonly Turn[]): readonly Turn[] {
  const joined: Turn[] = [];
  for (const { who, parts } of turns) {
    const last = joined.at(-1);
    if (last?.who === who) joined[joined.length - 1] = { who, parts: [...last.parts, ...parts] };
    else joined.push({ who, parts });
  }
  return joined;
}

/** Gives the name of the tool that a result answers, which most dialects do not repeat. */
export const nameOfCall = (turns: readonly Turn[], id: string): string =>
  turns.flatMap(({ parts }) => parts).flatMap((part) => ("call" in part && part.call === id ? [part.name] : []))[0] ??
  "";

const DATA_URL = /^data:([^;,]+);base64,(.*)$/;

export const urlOfMedia = (media: Media): string =>
  "data" in media ? `data:${media.type};base64,${media.data}` : media.url;

export function mediaOfUrl(url: string): Media {
  const [, type, data] = DATA_URL.exec(url) ?? [];
  return type === undefined || data === undefined ? { url } : { type, data };
}

/** Drops what is undefined, so that a reading holds only what was said. */
export function onlySaid<T extends object>(fields: T): T {
  const kept = { ...fields };
  for (const name in kept) if (kept[name] === undefined) delete kept[name];
  return kept;
}
