import type { Conversation, Json, JsonObject, Message, ToolCallPart } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { invalid, listIn, objectIn } from "#lib/gateway/dialects/read";
import { attachProofs } from "./attach-proofs.ts";
import { DIALECT, withExtras } from "./fields.ts";
import { harmless, lossesOfMessage, lossesWithin, lossOfPart, meaning } from "./losses.ts";
import { isGemini3 } from "./thinking.ts";
import { argsIn, type PartWriting, rawArgs, writePart } from "./write-part.ts";

export type WrittenContents = {
  readonly systemInstruction: JsonObject | undefined;
  readonly contents: readonly JsonObject[];
  readonly losses: readonly Loss[];
};

/** Writes the messages: system prompts apart, neighbours of one role as one content. */
export function writeContents({ messages }: Conversation, model: string): WrittenContents {
  const writing = writingFor(messages, model);
  const system = messages.flatMap((message, at) => (isSystem(message) ? [writeSystem(message, at)] : []));
  const turns = messages.flatMap((message, at) => (isSystem(message) ? [] : [writeTurn(message, at, writing)]));
  const leading = messages.findIndex((message) => !isSystem(message));
  const moved = messages.flatMap((message, at) =>
    isSystem(message) && leading !== -1 && at > leading ? [harmless(`messages.${at}`)] : [],
  );
  const losses = [...moved, ...system.flatMap((one) => one.losses), ...turns.flatMap((one) => one.losses)];
  const prompt = system.flatMap(({ parts }) => parts);
  const contents = joined(turns.map(({ content }) => content));
  if (contents.length === 0 && prompt.length > 0)
    return {
      // Gemini refuses a prompt that asks for nothing: it is asked by the user then.
      systemInstruction: undefined,
      contents: [{ role: "user", parts: prompt }],
      losses: [...losses, harmless("messages.0")],
    };
  return {
    systemInstruction: prompt.length === 0 ? undefined : { parts: prompt },
    contents: isGemini3(model) ? signed(contents) : contents,
    losses,
  };
}

const isSystem = ({ role }: Message) => role === "system" || role === "developer";

type Writing = Omit<PartWriting, "argsOf">;

function writingFor(messages: readonly Message[], model: string): Writing {
  const calls = messages.flatMap(({ parts }) => parts).filter((part) => part.kind === "tool-call");
  const names = new Map(calls.map(({ id, name }) => [id, name]));
  return {
    proofOf: ({ origin, value }) => (origin === DIALECT ? value : undefined),
    nameOf: (callId) => names.get(callId),
    holdsMedia: isGemini3(model),
  };
}

type Written = { readonly parts: readonly JsonObject[]; readonly losses: readonly Loss[] };

/** Gemini's system prompt is text. */
function writeSystem(message: Message, at: number): Written {
  const path = `messages.${at}`;
  const read = message.parts.map((part, index) => {
    const place = `${path}.parts.${index}`;
    if (part.kind !== "text") return { parts: [], losses: [meaning(place)] };
    return { parts: [withExtras({ text: part.text }, part.extras)], losses: lossesWithin(part, place) };
  });
  return {
    parts: read.flatMap(({ parts }) => parts),
    losses: [...lossesOfMessage(message, path), ...read.flatMap(({ losses }) => losses)],
  };
}

function writeTurn(message: Message, at: number, writing: Writing) {
  const path = `messages.${at}`;
  const read = attachProofs(message.parts).map((placed) => {
    const place = `${path}.parts.${placed.at}`;
    const parts = writePart(placed.part, { ...writing, argsOf: (call) => argsOf(call, place) });
    return { parts, losses: parts.length === 0 ? [lossOfPart(placed.part, place)] : lossesWithin(placed.part, place) };
  });
  const parts = read.flatMap((one) => one.parts);
  const role = message.role === "assistant" ? "model" : "user";
  return {
    content: withExtras({ role, parts }, message.extras),
    losses: [...lossesOfMessage(message, path), ...read.flatMap(({ losses }) => losses)],
  };
}

function argsOf(call: ToolCallPart, path: string): Json {
  const args = argsIn(call);
  if (args !== undefined) return args;
  if (call.isCustom) return rawArgs(call);
  throw invalid(`${path}.input`, "must be a JSON object.");
}

/** Gemini wants turns to alternate, and a part in each. */
function joined(contents: readonly JsonObject[]): readonly JsonObject[] {
  const merged: JsonObject[] = [];
  let parts: Json[] = [];
  for (const content of contents.filter((one) => listIn(one.parts).length > 0)) {
    const last = merged.at(-1);
    if (last === undefined || last.role !== content.role) {
      parts = [...listIn(content.parts)];
      merged.push({ ...content, parts });
    } else {
      for (const part of listIn(content.parts)) parts.push(part);
      merged[merged.length - 1] = { ...last, ...content, parts };
    }
  }
  return merged;
}

/** Google's documented escape for history that another model wrote. */
const SKIP_VALIDATION = "skip_thought_signature_validator";

/** Gemini 3 refuses a step of the current turn whose first function call has no proof. */
function signed(contents: readonly JsonObject[]): readonly JsonObject[] {
  const turn = contents.findLastIndex(({ role, parts }) => role === "user" && !listIn(parts).every(isResult));
  return contents.map((content, at) =>
    at > turn && content.role === "model" ? { ...content, parts: signStep(listIn(content.parts)) } : content,
  );
}

const isResult = (part: Json) => objectIn(part)?.functionResponse !== undefined;

function signStep(parts: readonly Json[]): readonly Json[] {
  const first = parts.findIndex((part) => objectIn(part)?.functionCall !== undefined);
  return parts.map((part, at) => {
    const call = at === first ? objectIn(part) : undefined;
    return call && call.thoughtSignature === undefined ? { ...call, thoughtSignature: SKIP_VALIDATION } : part;
  });
}
