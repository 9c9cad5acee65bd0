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
  const firstTurn = messages.findIndex((message) => !isInstruction(message));
  const written = messages.map((message, at) => ({ message, ...writeMessage(message, `messages.${at}`) }));
  const moved = messages.flatMap((message, at) =>
    isInstruction(message) && firstTurn !== -1 && at > firstTurn ? [harmless(`messages.${at}`)] : [],
  );
  const system = written.flatMap(({ message, blocks }) => (isInstruction(message) ? blocks : []));
  const turns = mergeTurns(written.flatMap(({ message, blocks }) => turnOf(message, blocks)));
  const losses = [...written.flatMap((one) => one.losses), ...moved];
  if (turns.length === 0 && system.length > 0) return askedBySystem(system, losses);
  return { system, messages: turns.map(writeTurn), lacksThoughts: beginsWithoutThoughts(turns), losses };
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
  const named = message.name === undefined ? nothing() : nothing(harmless(`${path}.name`));
  const parts = message.parts.map((part, at) => {
    const place = { path: `${path}.parts.${at}`, role: message.role };
    if (!isInstruction(message)) return writeRequestPart(part, place);
    return part.kind === "text" ? writeText(part, place.path) : nothing(meaning(place.path));
  });
  return joined([named, ...parts]);
}

function turnOf({ role, extras }: Message, blocks: readonly JsonObject[]): readonly Turn[] {
  if (role === "system" || role === "developer" || blocks.length === 0) return [];
  return [{ role: role === "assistant" ? role : "user", blocks, extras }];
}

function mergeTurns(turns: readonly Turn[]): readonly Turn[] {
  // Each turn's blocks grow in place: thousands of neighbours of one role are copied once, not once each.
  const merged: { role: Turn["role"]; blocks: JsonObject[]; extras: Turn["extras"] }[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role !== turn.role) {
      merged.push({ ...turn, blocks: [...turn.blocks] });
      continue;
    }
    for (const block of turn.blocks) last.blocks.push(block);
    last.extras = turn.extras ?? last.extras;
  }
  return merged.map((turn) => ({ ...turn, blocks: resultsFirst(turn.blocks) }));
}

const isResult = (block: JsonObject | undefined) => block?.type === "tool_result";

/** The API wants what tools gave before anything else the user's turn holds. */
const resultsFirst = (blocks: readonly JsonObject[]): readonly JsonObject[] => [
  ...blocks.filter(isResult),
  ...blocks.filter((block) => !isResult(block)),
];

const writeTurn = ({ role, blocks, extras }: Turn): JsonObject => withExtras({ role, content: blocks }, extras);

function beginsWithoutThoughts(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  const going = isResult(last?.blocks[0]) ? turns.at(-2) : last;
  const begin = going?.role === "assistant" ? going.blocks[0]?.type : undefined;
  return begin !== undefined && begin !== "thinking" && begin !== "redacted_thinking";
}
