import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import { countIn, listIn, objectIn, textIn } from "../read.ts";
import { createCallQueue } from "./call-queue.ts";
import { readCallSignature } from "./decode-tool-call.ts";
import { mintCallId } from "./mint-id.ts";
import type { PartCursor } from "./part-cursor.ts";

export type CallReader = {
  /** Takes `tool_calls` and the legacy `function_call` of a message or a delta. */
  readonly take: (delta: JsonObject) => void;
  readonly hasCalls: () => boolean;
  /** Lets calls pass that wait for the ones before them. */
  readonly flush: () => void;
};

type Call = { readonly id: string; readonly key: string };

/** Reads the tool calls in each delta of one choice. */
export function createCallReader(cursor: PartCursor, requestId: string): CallReader {
  const queue = createCallQueue(cursor);
  const byIndex = new Map<number, Call>();
  let count = 0;
  let lastIndex = 0;

  function begin(index: number, raw: JsonObject): Call {
    const { name, isCustom } = namedIn(raw);
    if (name === "") throw broken("The upstream called a tool without its name.");
    const call = { id: textIn(raw.id) || mintCallId(requestId, count), key: `call:${count}` };
    const signature = readCallSignature(raw);
    queue.begin(
      { kind: "tool-call", id: call.id, name, ...(isCustom ? { isCustom } : {}), ...(signature ? { signature } : {}) },
      call.key,
    );
    byIndex.set(index, call);
    count += 1;
    return call;
  }

  /** Mistral gives no index: the id tells calls apart, and what has none goes on with the last. */
  function indexOf(raw: JsonObject): number {
    const index = countIn(raw.index);
    if (index !== undefined) return index;
    const id = textIn(raw.id) ?? "";
    const known = [...byIndex].find(([, call]) => call.id === id);
    if (known !== undefined) return known[0];
    return id === "" && namedIn(raw).name === "" ? lastIndex : count;
  }

  function takeCall(raw: JsonObject) {
    const index = indexOf(raw);
    lastIndex = index;
    const known = byIndex.get(index);
    // Some give every call the index 0; the id tells that it is another one.
    const isGoingOn = known !== undefined && !isAnother(known, raw);
    const call = isGoingOn ? known : begin(index, raw);
    const { input } = namedIn(raw);
    if (input !== "") queue.input(call.key, input);
    const signature = readCallSignature(raw);
    if (isGoingOn && signature !== undefined) queue.sign(call.key, signature);
  }

  return {
    take: (delta) => {
      for (const value of listIn(delta.tool_calls)) {
        const raw = objectIn(value);
        if (raw === undefined) throw broken("The upstream sent a tool call that is not an object.");
        takeCall(raw);
      }
      const legacy = objectIn(delta.function_call);
      if (legacy !== undefined) takeCall({ index: 0, function: legacy });
    },
    hasCalls: () => count > 0,
    flush: queue.flush,
  };
}

const broken = (message: string) => new AppError("upstream_failed", message);

const isAnother = (known: Call, raw: JsonObject) => {
  const id = textIn(raw.id) ?? "";
  return id !== "" && id !== known.id && namedIn(raw).name !== "";
};

function namedIn(raw: JsonObject) {
  const custom = objectIn(raw.custom);
  const named = custom ?? objectIn(raw.function);
  const input = custom === undefined ? named?.arguments : custom.input;
  return {
    name: textIn(named?.name) ?? "",
    input: textIn(input) ?? (objectIn(input) === undefined ? "" : JSON.stringify(input)),
    isCustom: custom !== undefined,
  };
}
