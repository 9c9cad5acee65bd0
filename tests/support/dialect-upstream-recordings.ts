import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DialectId } from "#lib/gateway/conversation";
import { dataFrame, namedFrame } from "./dialect-upstream-script.ts";
import { DIALECTS } from "./pairs.ts";
import { dig, type JsonObject, objectsAt, parseObject, textAt } from "./pairs-json.ts";

/** A recorded answer of one provider, in the wire form it was sent in. */
export type Recording = {
  readonly name: string;
  readonly dialect: DialectId;
  readonly isStream: boolean;
  readonly body: string;
};

const SHARED = join(import.meta.dirname, "../../../shared/recordings");
const ROOT = join(SHARED, "ai-sdk");
/** Written by hand from the providers' documentation: each answer whole and as a stream. */
const WRITTEN = join(import.meta.dirname, "../contract/recordings/written");

export const hasRecordings = existsSync(ROOT);

const FOLDERS: Readonly<Record<string, DialectId>> = {
  alibaba: "openai-chat",
  "deepseek/chat": "openai-chat",
  groq: "openai-chat",
  mistral: "openai-chat",
  moonshotai: "openai-chat",
  "openai-compatible/chat": "openai-chat",
  "openai/chat": "openai-chat",
  xai: "openai-chat",
  azure: "openai-responses",
  "open-responses/responses": "openai-responses",
  "openai/responses": "openai-responses",
  "xai/responses": "openai-responses",
  anthropic: "anthropic-messages",
  google: "gemini",
};

/** Gives every recorded answer of the four dialects; a file with the streams of several turns gives one for each. */
export function recordings(): readonly Recording[] {
  if (!hasRecordings) return [];
  const ofFolders = Object.entries(FOLDERS).flatMap(([folder, dialect]) => inFolder(ROOT, folder, dialect));
  return [...ofFolders, ...cassettes()];
}

/** Gives the answers that are written by hand, in the same form. */
export const writtenRecordings = (): readonly Recording[] =>
  DIALECTS.flatMap((dialect) => inFolder(WRITTEN, dialect, dialect));

const inFolder = (root: string, folder: string, dialect: DialectId): readonly Recording[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".json") || file.endsWith(".chunks.txt"))
    .flatMap((file) => read(root, `${folder}/${file}`, dialect));

/** Gives the answers of OpenAI's chat completions among the cassettes. */
function cassettes(): readonly Recording[] {
  const folder = join(SHARED, "envoy");
  return readdirSync(folder).flatMap((file) => {
    const [exchange] = objectsAt(parse(readFileSync(join(folder, file), "utf8")), "interactions");
    const isChat = textAt(exchange, "request", "url").includes("/chat/completions");
    if (!isChat || dig(exchange, "response", "code") !== 200) return [];
    const body = textAt(exchange, "response", "body");
    return [{ name: `envoy/${file}`, dialect: "openai-chat", isStream: body.startsWith("data:"), body } as const];
  });
}

function read(root: string, name: string, dialect: DialectId): readonly Recording[] {
  const text = readFileSync(join(root, name), "utf8");
  if (name.endsWith(".json")) {
    const isAnswer = isAnswerOf(parseObject(text), dialect);
    return isAnswer ? [{ name, dialect, isStream: false, body: text }] : [];
  }
  const turns = turnsIn(text, dialect);
  return turns.map((events, at) => ({
    name: turns.length > 1 ? `${name}, turn ${at + 1}` : name,
    dialect,
    isStream: true,
    body:
      events.map((event) => frameOf(event, dialect)).join("") + (dialect === "openai-chat" ? dataFrame("[DONE]") : ""),
  }));
}

const ANSWERS: Readonly<Record<DialectId, (body: JsonObject) => boolean>> = {
  "openai-chat": ({ choices }) => Array.isArray(choices),
  "openai-responses": ({ object, error }) => object === "response" && !error,
  "anthropic-messages": ({ type }) => type === "message",
  gemini: ({ candidates }) => Array.isArray(candidates),
};

const isAnswerOf = (body: JsonObject, dialect: DialectId) => ANSWERS[dialect](body);

const STARTS: Readonly<Partial<Record<DialectId, string>>> = {
  "openai-responses": "response.created",
  "anthropic-messages": "message_start",
};

function turnsIn(text: string, dialect: DialectId): readonly (readonly JsonObject[])[] {
  const turns: JsonObject[][] = [];
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const event = readLine(line);
    const isStart = STARTS[dialect] === undefined ? turns.length === 0 : event.type === STARTS[dialect];
    if (isStart && !isRepeated(event, turns.at(-1))) turns.push([]);
    turns.at(-1)?.push(event);
  }
  return turns.filter((events) => !events.some(isFailure));
}

/** Some upstreams start a message twice. */
const isRepeated = (event: JsonObject, turn: readonly JsonObject[] | undefined) =>
  turn?.length === 1 &&
  dig(event, "message", "id") !== undefined &&
  dig(event, "message", "id") === dig(turn, 0, "message", "id");

const isFailure = ({ type }: JsonObject) => type === "error" || type === "response.failed";

/** One recording ends its first and last line a brace too early. */
function readLine(line: string): JsonObject {
  try {
    return parseObject(line);
  } catch {
    return parseObject(`${line}}`);
  }
}

const frameOf = (event: JsonObject, dialect: DialectId): string =>
  STARTS[dialect] === undefined ? dataFrame(event) : namedFrame(textAt(event.type), event);
