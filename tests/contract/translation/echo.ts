import type { DialectId } from "#lib/gateway/conversation";
import { PHRASINGS, READINGS } from "#tests/support/pairs";
import { type Json, type JsonObject, objectAt, objectsAt, parseObject } from "#tests/support/pairs-json";
import type { Part, Question, Turn } from "#tests/support/pairs-question";

export type Call = { readonly caller: DialectId; readonly model: string; readonly isStream: boolean };

type Given = { readonly question: Question; readonly text: string; readonly later: readonly Turn[] };

/** Asks on after an answer: it goes back as it came, or, of a stream, what its pieces come to. */
export function nextTurn({ caller, model, isStream }: Call, { question, text, later }: Given): JsonObject {
  if (!isStream) return withRaw({ caller, model, isStream }, { question, text, later });
  const { thoughts, calls, text: said } = READINGS[caller].stream(text, { isStrict: false });
  const parts: readonly Part[] = [
    ...thoughts.map(({ text: thought, proof }) => ({ thought, proof })),
    ...(said === "" ? [] : [{ text: said }]),
    ...calls.map(({ id, name, input, proof }) => ({ call: id, name, input: objectAt(input), proof })),
  ];
  const turns: readonly Turn[] = [...question.turns, { who: "model", parts }, ...later];
  return PHRASINGS[caller].write({ ...question, turns }, { model, isStream });
}

/** The field that holds the turns, and the answer as it is laid among them. */
const ECHOES: Readonly<
  Record<DialectId, { readonly field: string; readonly echo: (reply: JsonObject) => readonly Json[] }>
> = {
  "openai-chat": { field: "messages", echo: ({ choices }) => objectsAt(choices).map(({ message }) => message ?? null) },
  "openai-responses": { field: "input", echo: ({ output }) => objectsAt(output) },
  "anthropic-messages": { field: "messages", echo: ({ content }) => [{ role: "assistant", content }] },
  gemini: { field: "contents", echo: ({ candidates }) => objectsAt(candidates).map(({ content }) => content ?? null) },
};

function withRaw({ caller, model }: Call, { question, text, later }: Given): JsonObject {
  const { field, echo } = ECHOES[caller];
  const turns = [...question.turns, ...later];
  const body = PHRASINGS[caller].write({ ...question, turns }, { model, isStream: false });
  const [asked, ...rest] = objectsAt(body[field]);
  return { ...body, [field]: [asked ?? null, ...echo(parseObject(text)), ...rest] };
}
