import type { Extras, JsonObject, Message } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { withExtras } from "./extras.ts";
import { harmless, joined, meaning, nothing, type Written } from "./loss.ts";
import { writeRequestPart, writeText } from "./write-request-part.ts";

export type WrittenMessages = {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
  /** Whether the turn that goes on (the model's own, or the one its tools answer) begins without thoughts. */
  readonly lacksThoughts: boolean;
  readonly losses: readonly Loss[];
};

type Turn = {
  readonly role: "user" | "assistant";
  readonly blocks: readonly JsonObject[];
  readonly extras: Extras | undefined;
};

/** Writes system prompts and turns: all instructions stand before the turns, and no two neighbours have one role. */
export function writeMessages(messages: readonly Message[]): WrittenMessages {
  const system: JsonObject[] = [];
  const merged: GrowingTurn[] = [];
  const losses: Loss[] = [];
  const moved: Loss[] = [];
  let hasTurn = false;
  for (const [at, message] of messages.entries()) {
    const { blocks, losses: own } = writeMessage(message, `messages.${at}`);
    append(losses, own);
    if (isInstruction(message)) {
      append(system, blocks);
      if (hasTurn) moved.push(harmless(`messages.${at}`));
      continue;
    }
    hasTurn = true;
    if (blocks.length > 0) addTurn(merged, message, blocks);
  }
  const turns = merged.map((turn) => ({ ...turn, blocks: resultsFirst(turn.blocks) }));
  append(losses, moved);
  if (turns.length === 0 && system.length > 0) return askedBySystem(system, losses);
  return { system, messages: turns.map(writeTurn), lacksThoughts: beginsWithoutThoughts(turns), losses };
}

/** Thousands are not handed over as arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}

const isInstruction = ({ role }: Message) => role === "system" || role === "developer";

/** OpenAI answers a system prompt alone; here somebody must have asked. */
const askedBySystem = (system: readonly JsonObject[], losses: readonly Loss[]): WrittenMessages => ({
  system: [],
  messages: [{ role: "user", content: system }],
  lacksThoughts: false,
  losses: [...losses, harmless("messages.0.role")],
});

function writeMessage(message: Message, path: string): Written {
  const parts = message.parts.map((part, at) => {
    const place = { path: `${path}.parts.${at}`, role: message.role };
    if (!isInstruction(message)) return writeRequestPart(part, place);
    return part.kind === "text" ? writeText(part, place.path) : nothing(meaning(place.path));
  });
  return joined(message.name === undefined ? parts : [nothing(harmless(`${path}.name`)), ...parts]);
}

/** Each turn's blocks grow in place: thousands of neighbours of one role are copied once, not once each. */
type GrowingTurn = { readonly role: Turn["role"]; readonly blocks: JsonObject[]; extras: Turn["extras"] };

function addTurn(turns: GrowingTurn[], { role: said, extras }: Message, blocks: readonly JsonObject[]): void {
  const role = said === "assistant" ? said : "user";
  const last = turns.at(-1);
  if (last?.role !== role) {
    turns.push({ role, blocks: [...blocks], extras });
    return;
  }
  append(last.blocks, blocks);
  last.extras = extras ?? last.extras;
}

const isResult = (block: JsonObject | undefined) => block?.type === "tool_result";

/** The API wants what tools gave before anything else the user's turn holds. */
const resultsFirst = (blocks: readonly JsonObject[]): readonly JsonObject[] =>
  blocks.some(isResult) ? [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))] : blocks;

const writeTurn = ({ role, blocks, extras }: Turn): JsonObject => withExtras({ role, content: blocks }, extras);

function beginsWithoutThoughts(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  const going = isResult(last?.blocks[0]) ? turns.at(-2) : last;
  const begin = going?.role === "assistant" ? going.blocks[0]?.type : undefined;
  return begin !== undefined && begin !== "thinking" && begin !== "redacted_thinking";
}
