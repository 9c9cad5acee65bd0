import { AppError } from "#lib/base/errors";
import type { JsonObject, Part, Signature, ToolCallPart } from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import { invalid, objectIn, optional, requireBoolean, requireObject, requireText } from "#lib/gateway/dialects/read";
import type { CallIds } from "./call-ids.ts";
import { camelCased, DIALECT, extrasOf, said, unread } from "./fields.ts";
import { readFileData, readInlineData } from "./media.ts";
import { readToolResult } from "./tool-result.ts";

/** Fields that say something about a part's content but are none. */
const MANNER: ReadonlySet<string> = new Set([
  "thought",
  "thoughtSignature",
  "videoMetadata",
  "mediaResolution",
  "partMetadata",
]);
const TEXT_FIELDS: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature"]);
const CALL_FIELDS: ReadonlySet<string> = new Set(["functionCall", "thoughtSignature"]);
const CALL_INNER: ReadonlySet<string> = new Set(["id", "name", "args"]);

export type PartPlace = { readonly path: string; readonly ids: CallIds };

/** Reads one part. Throws `invalid_field` where a known field is of another type; what is not known is a foreign part. */
export function readPart(value: unknown, place: PartPlace): Part {
  const given = requireObject(value, place.path);
  const part = camelCased(given);
  if (isText(part)) return readText(part, place.path);
  if (Object.keys(part).every((name) => MANNER.has(name)))
    throw invalid(place.path, "must hold text, inlineData, fileData, functionCall or functionResponse.");
  // A picture that is a thought is not the answer.
  if (part.thought === true && isSaid(part.inlineData ?? part.fileData)) return foreign(given);
  return readObject(part, place) ?? foreign(given);
}

const foreign = (value: JsonObject): Part => ({ kind: "foreign", dialect: DIALECT, value });

/** Gemini 3 sends a proof that belongs to no text as a part of its own. */
const isText = (part: JsonObject) =>
  isSaid(part.text) || (isSaid(part.thoughtSignature) && Object.keys(part).every((name) => TEXT_FIELDS.has(name)));

const isSaid = (value: unknown) => value !== undefined && value !== null;

function readText(part: JsonObject, path: string): Part {
  const text = optional(part.text, `${path}.text`, requireText) ?? "";
  const isThought = optional(part.thought, `${path}.thought`, requireBoolean) === true;
  const signature = readProof(part, path);
  const common = { ...said({ signature }), ...extrasOf(unread(part, TEXT_FIELDS)) };
  if (!isThought) return { kind: "text", text, ...common };
  // What Gemini shows of its thoughts is a digest; where it shows nothing there is only the proof.
  if (text === "" && signature) return { kind: "reasoning", form: "full", text, isRedacted: true, ...common };
  return { kind: "reasoning", form: "summary", text, ...common };
}

function readProof(part: JsonObject, path: string): Signature | undefined {
  const text = optional(part.thoughtSignature, `${path}.thoughtSignature`, requireText);
  return text === undefined ? undefined : readSignature(text, DIALECT);
}

function readObject(part: JsonObject, { path, ids }: PartPlace): Part | undefined {
  const rest = (field: string) => unread(part, new Set([field]));
  if (isSaid(part.inlineData)) return readInlineData(part.inlineData, `${path}.inlineData`, rest("inlineData"));
  if (isSaid(part.fileData)) return readFileData(part.fileData, `${path}.fileData`, rest("fileData"));
  if (isSaid(part.functionCall)) return readCall(part, { path, ids });
  if (isSaid(part.functionResponse))
    return readToolResult(part.functionResponse, {
      path: `${path}.functionResponse`,
      ids,
      rest: rest("functionResponse"),
    });
  return undefined;
}

function readCall(part: JsonObject, { path, ids }: PartPlace): ToolCallPart {
  const at = `${path}.functionCall`;
  const call = camelCased(requireObject(part.functionCall, at));
  const name = requireText(call.name, `${at}.name`);
  const args = optional(call.args, `${at}.args`, requireObject) ?? {};
  const signature = readProof(part, path);
  return {
    kind: "tool-call",
    id: ids.ofCall(name, optional(call.id, `${at}.id`, requireText)),
    name,
    input: JSON.stringify(args),
    ...said({ signature }),
    ...extrasOf(unread(part, CALL_FIELDS), unread(call, CALL_INNER, "functionCall.")),
  };
}

/** Reads a part of an answer: what makes no sense to us goes on as it is. Gives nothing for an empty part. */
export function readAnswerPart(value: unknown, ids: CallIds): Part | undefined {
  const part = objectIn(value);
  if (part === undefined || Object.keys(part).length === 0) return undefined;
  try {
    const read = readPart(part, { path: "parts", ids });
    return read.kind === "tool-result" ? foreign(part) : read;
  } catch (error) {
    if (error instanceof AppError) return foreign(part);
    throw error;
  }
}
