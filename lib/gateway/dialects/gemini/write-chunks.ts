import type { JsonObject } from "#lib/gateway/conversation";
import type { Loss, ReplyContext } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import type { Finish, Reply, ReplyEvent } from "#lib/gateway/reply";
import { writeFinish } from "./finish.ts";
import { meaning } from "./losses.ts";
import { writeHead } from "./reply-head.ts";
import { type ChoiceState, NEW_CHOICE, type PartEvent, writePartEvent, writeProof } from "./write-choice.ts";
import { writeUsage } from "./write-usage.ts";

/** Turns events into chunks, each a whole `GenerateContentResponse`. */
export type ChunkWriter = {
  readonly push: (event: ReplyEvent) => readonly JsonObject[];
  readonly losses: () => readonly Loss[];
};

/** Only what Gemini cannot write in pieces waits: the arguments of the open call, and the finish with its usage. */
export function createChunkWriter(context: ReplyContext): ChunkWriter {
  const choices = new Map<number, ChoiceState>();
  const finishes = new Map<number, Finish>();
  const losses: Loss[] = [];
  let head: Pick<Reply, "id" | "createdAtS" | "serviceTier" | "usage"> = { id: context.requestId };
  const chunkOf = (candidates: readonly JsonObject[], usageMetadata?: JsonObject) => [
    defined({ candidates, usageMetadata, ...writeHead(head, context) }),
  ];
  const writeEvent = (event: PartEvent) => {
    const { choice, part } = event;
    const { state, parts, notes, isLost } = writePartEvent(choices.get(choice) ?? NEW_CHOICE, event);
    choices.set(choice, state);
    if (isLost) losses.push(meaning(`choices.${choice}.parts.${part}`));
    return parts.length === 0 ? [] : chunkOf([{ content: { parts, role: "model" }, index: choice, ...notes }]);
  };
  const writeEnd = () => {
    const usage = head.usage && writeUsage(head.usage, head.serviceTier);
    const candidates = [...finishes].map(([choice, finish]) => writeLast(choice, finish, choices.get(choice)));
    return candidates.length === 0 && usage === undefined ? [] : chunkOf(candidates, usage);
  };
  return {
    push(event) {
      switch (event.kind) {
        case "start":
          head = event;
          return [];
        case "finish":
          finishes.set(event.choice, event.finish);
          return [];
        case "usage":
          head = { ...head, usage: event.usage };
          return [];
        case "end":
          return writeEnd();
        case "error":
          return [];
        default:
          return writeEvent(event);
      }
    },
    losses: () => losses,
  };
}

/** Gemini ends a candidate with an empty text. */
const writeLast = (index: number, finish: Finish, state: ChoiceState | undefined): JsonObject => ({
  content: { parts: state?.held ? writeProof(state.held) : [{ text: "" }], role: "model" },
  finishReason: writeFinish(finish),
  index,
});
