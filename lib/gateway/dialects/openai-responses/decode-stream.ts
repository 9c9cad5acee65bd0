import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext, StreamDecoder, WireEvent } from "#lib/gateway/dialects/codec";
import { objectIn, restOf, textIn } from "#lib/gateway/dialects/read";
import type { ReplyEvent } from "#lib/gateway/reply";
import { headOf } from "./decode-reply.ts";
import { readFinish } from "./finish.ts";
import { objectsIn } from "./objects-in.ts";
import { readUsage } from "./read-usage.ts";
import { createContentReader } from "./stream-content.ts";

const EVENT_FIELDS = new Set(["type", "sequence_number"]);

/** Reads a stream of `POST /v1/responses`. It is whole once `response.completed` or `response.incomplete` has come. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const content = createContentReader(context.requestId);
  let hasBegun = false;
  let state: "open" | "failed" | "done" = "open";

  const begin = (response: JsonObject): readonly ReplyEvent[] => {
    if (hasBegun) return [];
    hasBegun = true;
    return [{ kind: "start", ...headOf(response, context) }];
  };

  const complete = (response: JsonObject): readonly ReplyEvent[] => {
    state = "done";
    // There are upstreams that stream nothing and say all at the end.
    const unsaid = content.isEmpty() ? objectsIn(response.output).flatMap(content.readItem) : [];
    const ended = [...unsaid, ...content.close()];
    const finish = readFinish(response, content.hasCalls());
    return [...ended, { kind: "finish", choice: 0, finish }, ...usageOf(response), { kind: "end" }];
  };

  const fail = (body: Json): readonly ReplyEvent[] => {
    if (state === "failed") return [];
    state = "failed";
    return [...content.close(), { kind: "error", body }];
  };

  const readOpen = (type: string, data: JsonObject): readonly ReplyEvent[] => {
    if (type === "error") return fail(errorOf(data));
    const response = objectIn(data.response) ?? {};
    const begun = begin(response);
    if (type === "response.completed") return [...begun, ...complete(response)];
    if (type === "response.incomplete") return [...begun, ...complete({ status: "incomplete", ...response })];
    if (type === "response.failed") return [...begun, ...usageOf(response), ...fail(response.error ?? null)];
    return [...begun, ...content.read(type, data)];
  };

  return {
    push: ({ name, data }: WireEvent) => {
      const type = textIn(data.type) ?? name ?? "";
      if (state === "open") return readOpen(type, data);
      // After its error a stream still tells what it has used.
      return state === "failed" && type === "response.failed" ? usageOf(objectIn(data.response) ?? {}) : [];
    },
    end: () => (state === "open" ? content.close() : []),
  };
}

function usageOf(response: JsonObject): readonly ReplyEvent[] {
  const usage = readUsage(response.usage);
  return usage ? [{ kind: "usage", usage }] : [];
}

/** The specification has an error's fields flat in the event, the real API nests them. */
const errorOf = (data: JsonObject): Json => data.error ?? restOf(data, EVENT_FIELDS) ?? null;
