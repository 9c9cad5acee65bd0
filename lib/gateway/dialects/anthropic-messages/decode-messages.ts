import { AppError } from "#lib/base/errors";
import type { JsonObject, Message, Part, TextPart } from "#lib/gateway/conversation";
import { invalid, objectIn, requireList, requireObject } from "#lib/gateway/dialects/read";
import { extrasOf } from "./extras.ts";
import { readBlock, readContent, readText } from "./read-block.ts";

/** Reads the system prompt as the message that stands before all others. */
export function readSystem(value: unknown): readonly Message[] {
  if (value === undefined || value === null || value === "") return [];
  const parts = readContent(value, "system", readSystemBlock);
  return parts.length === 0 ? [] : [{ role: "system", parts }];
}

/** Reads the turns. */
export function readMessages(value: unknown): readonly Message[] {
  if (value === undefined || value === null)
    throw new AppError("missing_field", "You must provide `messages`.", { param: "messages" });
  const turns = requireList(value, "messages");
  if (turns.length === 0) throw invalid("messages", "must hold at least one message.");
  return turns.flatMap((turn, at) => readTurn(requireObject(turn, `messages.${at}`), `messages.${at}`));
}

const KNOWN = new Set(["role", "content"]);

function readTurn(turn: JsonObject, path: string): readonly Message[] {
  const extras = extrasOf(turn, KNOWN);
  const content = `${path}.content`;
  switch (turn.role) {
    case "user":
      return userMessages(readContent(turn.content, content, readUserBlock)).map((message) => ({ ...message, extras }));
    case "assistant":
      return [{ role: "assistant", parts: readContent(turn.content, content, readBlock), extras }];
    case "system":
      return [{ role: "system", parts: readContent(turn.content, content, readSystemBlock), extras }];
    default:
      throw invalid(`${path}.role`, "must be `user`, `assistant` or `system`.");
  }
}

type Instructions = { readonly kind: "instructions"; readonly parts: readonly TextPart[] };

function readUserBlock(raw: unknown, path: string): Part | Instructions {
  const block = objectIn(raw);
  if (block?.type !== "mid_conv_system") return readBlock(raw, path);
  return { kind: "instructions", parts: readContent(block.content, `${path}.content`, readSystemBlock) };
}

function readSystemBlock(raw: unknown, path: string): TextPart {
  const block = requireObject(raw, path);
  if (block.type !== "text") throw invalid(`${path}.type`, "must be `text`: a system prompt holds nothing else.");
  return readText(block, path);
}

/** A user's turn holds up to three things: what tools gave, what the user says, and instructions given on the way. */
function userMessages(found: readonly (Part | Instructions)[]): readonly Message[] {
  const parts = found.filter((part) => part.kind !== "instructions");
  const results = parts.filter((part) => part.kind === "tool-result");
  const said = parts.filter((part) => part.kind !== "tool-result");
  const instructions = found.flatMap((part) => (part.kind === "instructions" ? part.parts : []));
  const messages: readonly Message[] = [
    { role: "tool", parts: results },
    { role: "user", parts: said },
    { role: "system", parts: instructions },
  ];
  const spoken = messages.filter((message) => message.parts.length > 0);
  return spoken.length === 0 ? [{ role: "user", parts: [] }] : spoken;
}
