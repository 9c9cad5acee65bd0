import type { Conversation, Part, ToolCallPart } from "#lib/gateway/conversation";
import type { Codec } from "#lib/gateway/dialects/codec";
import { withReplies } from "#lib/gateway/dialects/with-replies";
import type { Choice, Reply, ReplyEvent } from "#lib/gateway/reply";
import { createInputReader, textOf } from "./input-text.ts";
import { type Original, type Originals, originalsOf } from "./originals.ts";
import { shellCall } from "./shell.ts";

/** Lets the calls of functions that stand in (`request.ts`) come back as calls of the tools that the caller offered. */
export function restoringCalls(codec: Codec, conversation: Pick<Conversation, "tools">): Codec {
  const originals = originalsOf(conversation, codec.id);
  if (originals.size === 0) return codec;
  return withReplies(codec, {
    ofReply: (reply) => restored(reply, originals),
    createOfEvent: () => createRestorer(originals),
  });
}

const restored = (reply: Reply, originals: Originals): Reply => ({
  ...reply,
  choices: reply.choices.map((choice): Choice => ({ ...choice, parts: choice.parts.map(partIn(originals)) })),
});

const partIn =
  (originals: Originals) =>
  (part: Part): Part => {
    const original = part.kind === "tool-call" ? originals.get(part.name) : undefined;
    if (part.kind !== "tool-call" || original === undefined) return part;
    if (original.form === "shell") return shellCall(part);
    const input = original.form === "custom" ? textOf(part.input) : part.input;
    return { ...part, ...namesOf(original), input };
  };

const namesOf = ({ form, name, namespace }: Original): Partial<ToolCallPart> & { readonly name: string } => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...(form === "custom" ? { isCustom: true } : {}),
});

type PartEvent = Extract<ReplyEvent, { part: number }>;
type PartStart = Extract<PartEvent, { kind: "part-start" }>;
type Told = Exclude<PartEvent, PartStart>;
/** Reads what continues a call. */
type GoOn = (event: Told) => readonly ReplyEvent[];

function createRestorer(originals: Originals): (event: ReplyEvent) => readonly ReplyEvent[] {
  const open = new Map<string, GoOn>();
  const start = (event: PartStart, key: string): readonly ReplyEvent[] => {
    const { of } = event;
    const original = of.kind === "tool-call" ? originals.get(of.name) : undefined;
    if (of.kind !== "tool-call" || original === undefined) return [event];
    if (original.form === "shell") {
      open.set(key, createCommand(of.id));
      return [];
    }
    if (original.form === "custom") open.set(key, createText());
    return [{ ...event, of: { ...of, ...namesOf(original) } }];
  };
  return (event) => {
    if (!("part" in event)) return [event];
    const key = `${event.choice}.${event.part}`;
    if (event.kind === "part-start") return start(event, key);
    const goOn = open.get(key);
    if (event.kind === "part-end") open.delete(key);
    return goOn === undefined ? [event] : goOn(event);
  };
}

/** Reads free text out of arguments as they come. */
function createText(): GoOn {
  const reader = createInputReader();
  return (event) => {
    if (event.kind === "delta") return deltas(event, reader.push(event.text));
    return event.kind === "part-end" ? [...deltas(event, reader.end()), event] : [event];
  };
}

const deltas = ({ choice, part }: Told, text: string): readonly ReplyEvent[] =>
  text === "" ? [] : [{ kind: "delta", choice, part, text }];

/** A command of the shell is told whole. */
function createCommand(id: string): GoOn {
  let input = "";
  return (event) => {
    if (event.kind === "delta") input += event.text;
    if (event.kind !== "part-end") return [];
    const { choice, part } = event;
    return [{ kind: "part-start", choice, part, of: shellCall({ id, input }) }, event];
  };
}
