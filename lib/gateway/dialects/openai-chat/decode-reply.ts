import { AppError } from "#lib/base/errors";
import type { Json, JsonObject, Part } from "#lib/gateway/conversation";
import type { Choice, Finish, PartOpening, Reply, ReplyEvent, TokenLogprob } from "#lib/gateway/reply";
import type { DecodeContext } from "../codec.ts";
import { countIn, listIn, numberIn, objectIn, textIn } from "../read.ts";
import { extrasOf, nestedExtrasOf } from "./extras.ts";
import { mintReplyId } from "./mint-id.ts";
import { createChoiceReader } from "./read-choice.ts";
import { readUsage } from "./usage.ts";

const REPLY: ReadonlySet<string> = new Set(["id", "object", "created", "model", "choices", "usage", "service_tier"]);
const CHOICE: ReadonlySet<string> = new Set(["index", "message", "delta", "finish_reason", "logprobs"]);
const MESSAGE: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "annotations",
  "reasoning_content",
  "reasoning",
  "reasoning_details",
  "tool_calls",
  "function_call",
  "audio",
  "images",
]);

/** Reads a whole chat completion. Throws `upstream_failed` where it holds no answer. */
export function decodeReply(body: JsonObject, context: DecodeContext): Reply {
  const choices = listIn(body.choices);
  if (choices.length === 0) throw new AppError("upstream_failed", "The upstream's answer holds no choice.");
  const serviceTier = textIn(body.service_tier);
  const usage = readUsage(body.usage);
  const extras = extrasOf(body, REPLY);
  return {
    id: textIn(body.id) || mintReplyId(context.requestId),
    model: textIn(body.model) ?? "",
    createdAtS: numberIn(body.created) || context.createdAtS,
    choices: choices.map((choice, index) => decodeChoice(choice, index, context)),
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(extras === undefined ? {} : { extras }),
  };
}

function decodeChoice(raw: Json, position: number, { requestId }: DecodeContext): Choice {
  const choice = objectIn(raw);
  if (choice === undefined) throw new AppError("upstream_failed", "The upstream's answer makes no sense.");
  const index = countIn(choice.index) ?? position;
  // A whole answer does not say the format of its audio: it is the one that was asked for.
  const reader = createChoiceReader(index, { requestId, audioFormat: "" });
  const joined = join([...reader.push(choice), ...reader.close()]);
  const extras = nestedExtrasOf(choice, CHOICE, { name: "message", known: MESSAGE });
  return {
    index,
    parts: joined.parts,
    finish: joined.finish ?? { kind: "other" },
    ...(joined.logprobs.length === 0 ? {} : { logprobs: joined.logprobs }),
    ...(extras === undefined ? {} : { extras }),
  };
}

type Joined = { readonly parts: Part[]; readonly logprobs: TokenLogprob[]; finish?: Finish };

function join(events: readonly ReplyEvent[]): Joined {
  const joined: Joined = { parts: [], logprobs: [] };
  for (const event of events) {
    if (event.kind === "finish") joined.finish = event.finish;
    else if (event.kind === "logprobs") joined.logprobs.push(...event.tokens);
    else if (event.kind === "part-start") joined.parts.push(started(event.of));
    else grow(joined.parts, event);
  }
  return joined;
}

function started(of: PartOpening): Part {
  switch (of.kind) {
    case "tool-call":
      return { ...of, input: "" };
    case "text":
    case "refusal":
      return { kind: of.kind, text: "" };
    case "reasoning":
      return { ...of, text: "" };
    default:
      return of;
  }
}

function grow(parts: Part[], event: ReplyEvent): void {
  const last = parts.at(-1);
  if (last === undefined) return;
  const grown = grownBy(last, event);
  if (grown !== undefined) parts[parts.length - 1] = grown;
}

function grownBy(part: Part, event: ReplyEvent): Part | undefined {
  if (event.kind === "delta") {
    if (part.kind === "tool-call") return { ...part, input: part.input + event.text };
    if (part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning") {
      return { ...part, text: part.text + event.text };
    }
  }
  if (event.kind === "citation" && part.kind === "text") {
    return { ...part, citations: [...(part.citations ?? []), event.citation] };
  }
  if (event.kind === "signature" && (part.kind === "reasoning" || part.kind === "tool-call")) {
    return { ...part, signature: event.signature };
  }
  return undefined;
}
