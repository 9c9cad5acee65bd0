import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import type { ReplyEvent } from "#lib/gateway/reply";
import type { ReplyContext, StreamEncoder } from "../codec.ts";
import { frame } from "../frame.ts";
import { defined } from "../read.ts";
import { encodeError } from "./encode-error.ts";
import { isLegacyCaller } from "./legacy-caller.ts";
import { createLossReport } from "./loss-report.ts";
import { mintReplyId } from "./mint-id.ts";
import { writeServiceTier } from "./service-tier.ts";
import { writeUsage } from "./usage.ts";
import { type ChoiceWriter, createChoiceWriter } from "./write-choice.ts";

const DONE = "data: [DONE]\n\n";
const FIRST_DELTA: JsonObject = { role: "assistant", content: "", refusal: null };

/**
 * Writes a stream of chat completion chunks. An `error` event writes nothing: what the caller is told of it is the
 * gateway's to say, with `fail`.
 */
export function createStreamEncoder(context: ReplyContext): StreamEncoder {
  const report = createLossReport();
  const isLegacy = isLegacyCaller(context.request);
  const choices = new Map<number, ChoiceWriter>();
  let head = headOf({ kind: "start", id: "", model: "" });
  let usage: Usage | undefined;

  function headOf({ id, createdAtS, serviceTier }: Extract<ReplyEvent, { kind: "start" }>): JsonObject {
    return defined({
      id: id || mintReplyId(context.requestId),
      object: "chat.completion.chunk",
      created: createdAtS ?? context.createdAtS,
      model: context.model,
      service_tier: writeServiceTier(serviceTier, report),
    });
  }

  const chunk = (choice: JsonObject) =>
    frame({ ...head, choices: [choice], ...(context.wantsUsage ? { usage: null } : {}) });

  /** Gives the writer of a choice, and the frame that opens it. */
  function writerOf(index: number): { readonly writer: ChoiceWriter; readonly opening: string } {
    const known = choices.get(index);
    if (known !== undefined) return { writer: known, opening: "" };
    const writer = createChoiceWriter(index, { isLegacy, report });
    choices.set(index, writer);
    return { writer, opening: chunk({ index, delta: FIRST_DELTA, finish_reason: null }) };
  }

  /** Every choice that was opened finishes, else the official clients throw. */
  function close(): string {
    const finishes = [...choices].flatMap(([choice, writer]) =>
      writer.push({ kind: "finish", choice, finish: { kind: "other" } }).map(chunk),
    );
    const last = context.wantsUsage && usage ? frame({ ...head, choices: [], usage: writeUsage(usage) }) : "";
    return `${finishes.join("")}${last}${DONE}`;
  }

  function push(event: ReplyEvent): string {
    switch (event.kind) {
      case "start":
        head = headOf(event);
        usage = event.usage;
        return writerOf(0).opening;
      case "usage":
        usage = event.usage;
        return "";
      case "end":
        return close();
      case "error":
        return "";
      default: {
        const { writer, opening } = writerOf(event.choice);
        return opening + writer.push(event).map(chunk).join("");
      }
    }
  }

  return { push, fail: (error) => frame(encodeError(error)), losses: report.list };
}
