import { AppError } from "#lib/base/errors";
import type { Signature } from "#lib/gateway/conversation";
import type { PartOpening } from "#lib/gateway/reply";
import type { PartCursor } from "./part-cursor.ts";

type CallOpening = Extract<PartOpening, { kind: "tool-call" }>;

/** Lets calls pass one after the other, also where an upstream tells several at once, piece by piece. */
export type CallQueue = {
  readonly begin: (of: CallOpening, key: string) => void;
  readonly input: (key: string, text: string) => void;
  readonly sign: (key: string, signature: Signature) => void;
  /** Lets all pass that still wait: nothing more is said of the calls before them. */
  readonly flush: () => void;
};

type Waiting = { readonly of: CallOpening; readonly key: string; input: string; signature?: Signature };

/** A call waits while the one before it is not whole yet: only then can more of that one come. */
export function createCallQueue(cursor: PartCursor): CallQueue {
  const waiting: Waiting[] = [];
  let open: { readonly key: string; readonly isText: boolean; input: string } | undefined;

  const isOpen = () => open !== undefined && cursor.isOpen(open.key);
  const isHolding = () => isOpen() && open !== undefined && !open.isText && !isWhole(open.input);

  function pass({ of, key, input, signature }: Waiting) {
    cursor.start(of, key);
    open = { key, isText: of.isCustom === true, input: "" };
    if (input !== "") say(input);
    if (signature) cursor.sign(signature);
  }

  function say(text: string) {
    if (open) open.input += text;
    cursor.text(text);
  }

  function passWhole() {
    while (waiting.length > 0 && !isHolding()) passNext();
  }

  function passNext() {
    const next = waiting.shift();
    if (next) pass(next);
  }

  return {
    begin(of, key) {
      waiting.push({ of, key, input: "" });
      passWhole();
    },
    input(key, text) {
      const held = waiting.find((one) => one.key === key);
      if (held) held.input += text;
      else if (cursor.isOpen(key)) say(text);
      else throw new AppError("upstream_failed", "The upstream went on with a tool call that had ended.");
      if (waiting.length > 0) passWhole();
    },
    sign(key, signature) {
      const held = waiting.find((one) => one.key === key);
      if (held) held.signature = signature;
      else if (cursor.isOpen(key)) cursor.sign(signature);
    },
    flush() {
      while (waiting.length > 0) passNext();
    },
  };
}

function isWhole(input: string): boolean {
  if (!input.trimEnd().endsWith("}")) return false;
  try {
    JSON.parse(input);
    return true;
  } catch {
    return false;
  }
}
