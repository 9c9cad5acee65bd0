import type { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import type { ReplyContext, StreamEncoder } from "#lib/gateway/dialects/codec";
import { frame } from "#lib/gateway/dialects/frame";
import type { Finish, ReplyEvent } from "#lib/gateway/reply";
import { errorEventOf, failureOf } from "./encode-error.ts";
import { writeFinish } from "./finish.ts";
import { createOutputWriter } from "./output-writer.ts";
import { CHOICES_LOST } from "./reply-losses.ts";
import { responseObject, type Standing } from "./response-object.ts";

type Start = Extract<ReplyEvent, { kind: "start" }>;

/** Writes a stream of `POST /v1/responses`: named events, numbered from 0, without a `[DONE]`. */
export function createStreamEncoder(context: ReplyContext): StreamEncoder {
  let sequence = 0;
  const emit = (type: string, fields: JsonObject): string =>
    frame({ type, sequence_number: sequence++, ...fields }, type);
  const items = createOutputWriter(emit, context.requestId);
  let head: Pick<Standing, "createdAtS" | "serviceTier"> = { createdAtS: context.createdAtS };
  let finish: Finish = { kind: "stop" };
  let usage: Usage | undefined;
  let hasBegun = false;
  let hasEnded = false;
  let hasLostChoices = false;

  const tell = (type: string, standing: Pick<Standing, "status" | "reason" | "error">): string =>
    emit(type, { response: responseObject({ ...head, output: [...items.output()], usage, ...standing }, context) });

  const begin = (start?: Start): string => {
    if (hasBegun) return "";
    hasBegun = true;
    head = { createdAtS: start?.createdAtS ?? head.createdAtS, serviceTier: start?.serviceTier };
    const standing = { status: "in_progress" };
    return tell("response.created", standing) + tell("response.in_progress", standing);
  };

  const end = (): string => {
    const { status, reason } = writeFinish(finish);
    const closed = items.finish(status === "completed" ? "completed" : "incomplete");
    hasEnded = true;
    const name = status === "completed" || status === "failed" ? status : "incomplete";
    return closed + tell(`response.${name}`, { status, reason });
  };

  const write = (event: ReplyEvent): string => {
    switch (event.kind) {
      case "start":
        return begin(event);
      case "usage":
        usage = event.usage;
        return "";
      case "finish":
        finish = event.finish;
        return "";
      case "end":
        return begin() + end();
      // The gateway turns it into an error of its own and calls `fail`.
      case "error":
        return "";
      default:
        return begin() + items.push(event);
    }
  };

  return {
    push: (event) => {
      if (hasEnded) return "";
      const isOfOther = "choice" in event && event.choice !== 0;
      hasLostChoices ||= isOfOther;
      return isOfOther ? "" : write(event);
    },
    fail: (error: AppError) => {
      if (hasEnded) return "";
      hasEnded = true;
      return (
        emit("error", errorEventOf(error)) + tell("response.failed", { status: "failed", error: failureOf(error) })
      );
    },
    losses: () => [...(hasLostChoices ? [CHOICES_LOST] : []), ...items.losses()],
  };
}
