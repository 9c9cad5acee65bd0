import { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext, StreamDecoder } from "#lib/gateway/dialects/codec";
import { objectIn, textIn } from "#lib/gateway/dialects/read";
import type { Finish, ReplyEvent } from "#lib/gateway/reply";
import { readFinish } from "./finish.ts";
import { createMint, messageIdOf } from "./mint-id.ts";
import { type OpenBlock, openBlock } from "./open-block.ts";
import { readUsage } from "./read-usage.ts";
import { readUsedTier } from "./service-tier.ts";

type Handler = (data: JsonObject) => readonly ReplyEvent[];

/** Reads a stream of `POST /v1/messages`. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const blocks = createBlockReader(context);
  const usage = createUsageReader();
  let isStarted = false;
  let isWhole = false;
  let finish: Finish | undefined;

  const begin = (message: JsonObject): readonly ReplyEvent[] => {
    // Some upstreams say it twice.
    if (isStarted) return [];
    isStarted = true;
    return [startOf(message, usage.read(message.usage, "input_tokens"), context)];
  };
  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ["message_start", ({ message }) => begin(objectIn(message) ?? {})],
    ["content_block_start", (data) => [...begin({}), ...blocks.start(data)]],
    ["content_block_delta", blocks.delta],
    ["content_block_stop", blocks.stop],
    [
      "message_delta",
      (data) => {
        const change = objectIn(data.delta);
        const reason = textIn(change?.stop_reason);
        if (reason !== undefined) finish = readFinish(reason, textIn(change?.stop_sequence));
        const counted = usage.read(data.usage, "output_tokens");
        return [...begin({}), ...blocks.close(), ...(counted ? [{ kind: "usage", usage: counted } as const] : [])];
      },
    ],
    [
      "message_stop",
      () => {
        isWhole = true;
        return [
          ...begin({}),
          ...blocks.close(),
          { kind: "finish", choice: 0, finish: finish ?? { kind: "other" } },
          { kind: "end" },
        ];
      },
    ],
    ["error", (data) => [{ kind: "error", body: data }]],
  ]);
  return {
    push: ({ name, data }) => (isWhole ? [] : (handlers.get(textIn(data.type) ?? name ?? "")?.(data) ?? [])),
    end: blocks.close,
  };
}

function startOf(message: JsonObject, usage: Usage | undefined, context: DecodeContext): ReplyEvent {
  return {
    kind: "start",
    id: textIn(message.id) ?? messageIdOf(context.requestId),
    model: textIn(message.model) ?? "",
    createdAtS: context.createdAtS,
    usage,
    serviceTier: readUsedTier(textIn(objectIn(message.usage)?.service_tier)),
  };
}

/** Adds up what the events say of usage: later counts are cumulative, and may leave out what has not changed. */
function createUsageReader() {
  let known: JsonObject = {};
  return {
    /** Gives what is known after `raw`; nothing when it lacks the count that it is there to tell. */
    read(raw: unknown, needed: "input_tokens" | "output_tokens"): Usage | undefined {
      const said = Object.fromEntries(Object.entries(objectIn(raw) ?? {}).filter(([, value]) => value !== null));
      known = { ...known, ...said };
      return needed in said ? readUsage(known) : undefined;
    },
  };
}

/** Tells blocks as parts, one after the other: one that was left open ends where the next one begins. */
function createBlockReader(context: DecodeContext) {
  const mintId = createMint(context);
  let parts = 0;
  let open: { readonly index: unknown; readonly block: OpenBlock } | undefined;

  const close = (): readonly ReplyEvent[] => {
    const events = open?.block.close() ?? [];
    open = undefined;
    return events;
  };
  return {
    close,
    start(data: JsonObject): readonly ReplyEvent[] {
      const before = close();
      open = { index: data.index, block: openBlock(objectIn(data.content_block) ?? {}, parts++, mintId) };
      return [...before, ...open.block.start()];
    },
    delta(data: JsonObject): readonly ReplyEvent[] {
      if (open === undefined || open.index !== data.index)
        throw new AppError("upstream_failed", "The upstream's stream makes no sense.", {
          detail: "a delta for a content block that is not open",
        });
      return open.block.push(objectIn(data.delta) ?? {});
    },
    stop: (data: JsonObject): readonly ReplyEvent[] => (open?.index === data.index ? close() : []),
  };
}
