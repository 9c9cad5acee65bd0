import { expect } from "vitest";
import type { Script } from "#tests/support/dialect-upstream-script";
import type { Question } from "#tests/support/pairs-question";
import type { Stage } from "./stage.ts";

const USAGE = { input: 120, cached: 0, output: 30, reasoning: 0 };

/** What upstreams say to every SDK. */
export const HELLO: Script = {
  said: [{ kind: "text", text: "Trains are shunted in the yard." }],
  finish: "stop",
  usage: USAGE,
};

export const CALLS: Script = {
  said: [
    { kind: "call", id: "call_a1", name: "shunt", input: { track: 2, wagons: ["flat", "tank"] } },
    { kind: "call", id: "call_b2", name: "whistle", input: { seconds: 1.5 } },
  ],
  finish: "calls",
  usage: USAGE,
};

export const ANSWER: Script = { ...HELLO, said: [{ kind: "text", text: '{"track":3,"isFree":true}' }] };

/** Long enough that a reader can leave in the middle. */
export const STORY: Script = {
  ...HELLO,
  said: [{ kind: "text", text: "Trains are shunted in the yard. ".repeat(40) }],
};

export const SYSTEM = "You are a shunter.";
export const PROMPT = "What is done in the yard?";

export const SHUNT_SCHEMA = {
  type: "object" as const,
  properties: {
    track: { type: "integer" as const },
    wagons: { type: "array" as const, items: { type: "string" as const } },
  },
  required: ["track", "wagons"],
  additionalProperties: false,
};

export const WHISTLE_SCHEMA = {
  type: "object" as const,
  properties: { seconds: { type: "number" as const } },
  required: ["seconds"],
  additionalProperties: false,
};

export const ANSWER_SCHEMA = {
  type: "object" as const,
  properties: { track: { type: "integer" as const }, isFree: { type: "boolean" as const } },
  required: ["track", "isFree"],
  additionalProperties: false,
};

export const SHUNT = { name: "shunt", description: "Moves wagons to a track." };
export const WHISTLE = { name: "whistle", description: "Sounds the whistle." };

/** The upstream was asked the prompt, under the system prompt. */
export function expectPrompt(stage: Stage): void {
  const [question] = stage.asked();
  expect(systemOf(question)).toContain(SYSTEM);
  expect(JSON.stringify(question?.turns)).toContain(PROMPT);
}

/** Some callers' instructions come as a message of the system. */
const systemOf = (question: Question | undefined) =>
  [
    question?.system,
    ...(question?.turns.filter(({ who }) => who === "system") ?? []).map((turn) => JSON.stringify(turn)),
  ].join();

export function expectTools(stage: Stage): void {
  const names = stage.asked()[0]?.tools?.map(({ name, description }) => ({ name, description }));
  expect(names).toEqual([SHUNT, WHISTLE]);
}

/** The second request held both calls and both results. */
export function expectRoundTrip(stage: Stage): void {
  const question = stage.asked().at(-1);
  const parts = question?.turns.flatMap((turn) => turn.parts) ?? [];
  const calls = parts.flatMap((part) =>
    "call" in part ? [{ id: part.call, name: part.name, input: part.input }] : [],
  );
  const results = parts.flatMap((part) => ("result" in part ? [{ id: part.result, output: part.output }] : []));
  expect(stage.asked()).toHaveLength(2);
  expect(calls).toEqual([
    { id: "call_a1", name: "shunt", input: { track: 2, wagons: ["flat", "tank"] } },
    { id: "call_b2", name: "whistle", input: { seconds: 1.5 } },
  ]);
  expect(results).toEqual([
    { id: "call_a1", output: expect.stringContaining("moved") },
    { id: "call_b2", output: expect.stringContaining("heard") },
  ]);
}
