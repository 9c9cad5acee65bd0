import type { Usage } from "#lib/base/request-record";
import type { Loss, ReplyContext, StreamEncoder } from "#lib/gateway/dialects/codec";
import { frame } from "#lib/gateway/dialects/frame";
import { defined } from "#lib/gateway/dialects/read";
import type { Finish, ReplyEvent } from "#lib/gateway/reply";
import { type BlockFrames, createBlockFrames } from "./block-frames.ts";
import { encodeErrorFrame } from "./encode-error.ts";
import { type Held, writeFinish } from "./finish.ts";
import { harmless, meaning } from "./loss.ts";
import { messageIdOf } from "./mint-id.ts";
import { createPartWriter, type PartWriter } from "./part-writer.ts";
import { usedTierOf } from "./service-tier.ts";
import { redactedBlock } from "./write-reply-part.ts";
import { writeUsage } from "./write-usage.ts";

/** Writes a stream of `POST /v1/messages`. There is room for one choice. */
export function createStreamEncoder(context: ReplyContext): StreamEncoder {
  const losses = createLossList();
  const parts = createPartsWriter(losses.add);
  let isStarted = false;
  let finish: Finish = { kind: "other" };
  let usage: Usage | undefined;

  const begin = (event?: Extract<ReplyEvent, { kind: "start" }>): string => {
    if (isStarted) return "";
    isStarted = true;
    usage ??= event?.usage;
    return writeStart(event, context);
  };
  const close = (): string =>
    begin() +
    parts.finish() +
    frame(
      { type: "message_delta", delta: writeFinish(finish, parts.held()), usage: writeUsage(usage) },
      "message_delta",
    ) +
    frame({ type: "message_stop" }, "message_stop");

  const push = (event: ReplyEvent): string => {
    if ("choice" in event && event.choice !== 0) {
      losses.add(meaning("choices"));
      return "";
    }
    switch (event.kind) {
      case "start":
        return begin(event);
      case "finish":
        finish = event.finish;
        return "";
      case "usage":
        usage = event.usage;
        return "";
      case "end":
        return close();
      case "error":
        return "";
      default:
        return begin() + parts.push(event);
    }
  };
  return { push, fail: (error) => encodeErrorFrame(error, context.requestId), losses: losses.all };
}

function writeStart(event: Extract<ReplyEvent, { kind: "start" }> | undefined, context: ReplyContext): string {
  const counted = writeUsage(event?.usage);
  const message = {
    id: messageIdOf(event?.id ?? context.requestId),
    type: "message",
    role: "assistant",
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: defined({
      ...counted,
      // A message that has begun is never shown without output.
      output_tokens: Math.max(1, event?.usage?.outputTokens ?? 0),
      service_tier: usedTierOf(event?.serviceTier),
    }),
  };
  return frame({ type: "message_start", message }, "message_start");
}

function createLossList() {
  const known = new Map<string, Loss>();
  return {
    add: (loss: Loss): void => void known.set(loss.field, loss),
    all: (): readonly Loss[] => [...known.values()],
  };
}

type PartEvent = Extract<ReplyEvent, { readonly part: number }>;

/** Writes parts one after the other. */
function createPartsWriter(lose: (loss: Loss) => void) {
  const frames: BlockFrames = createBlockFrames();
  let held: Held = { hasCalls: false, hasRefusal: false };
  let current: { readonly path: string; readonly writer: PartWriter } | undefined;

  const start = ({ part, of }: Extract<PartEvent, { kind: "part-start" }>): string => {
    // Before another part, a proof would be taken for that one's.
    if (current?.writer.lateProof()) lose(harmless(`${current.path}.signature`));
    const path = `choices.0.parts.${part}`;
    const writer = createPartWriter(of, { frames, path, lose });
    current = { path, writer };
    held = { hasCalls: held.hasCalls || of.kind === "tool-call", hasRefusal: held.hasRefusal || of.kind === "refusal" };
    return writer.start();
  };
  const push = (event: PartEvent): string => {
    switch (event.kind) {
      case "part-start":
        return start(event);
      case "delta":
        return current?.writer.delta(event.text) ?? "";
      case "signature":
        return current?.writer.sign(event.signature) ?? "";
      case "citation":
        return current?.writer.cite(event.citation) ?? "";
      case "part-end":
        return current?.writer.end() ?? "";
      case "logprobs":
        lose(harmless("choices.0.logprobs"));
        return "";
    }
  };
  const finish = (): string => {
    const late = current?.writer.lateProof();
    return late ? frames.whole(redactedBlock(late)) : "";
  };
  return { push, finish, held: () => held };
}
