import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";

/** Writes the frames of content blocks, which are numbered as they come. */
export type BlockFrames = {
  readonly start: (block: JsonObject) => string;
  readonly delta: (change: JsonObject) => string;
  readonly stop: () => string;
  /** A block without deltas, or with the given ones. */
  readonly whole: (block: JsonObject, ...changes: readonly JsonObject[]) => string;
};

export function createBlockFrames(): BlockFrames {
  let index = -1;
  const write = (type: string, rest: JsonObject) => frame({ type, index, ...rest }, type);
  const start = (block: JsonObject) => {
    index += 1;
    return write("content_block_start", { content_block: block });
  };
  const delta = (change: JsonObject) => write("content_block_delta", { delta: change });
  const stop = () => write("content_block_stop", {});
  return { start, delta, stop, whole: (block, ...changes) => [start(block), ...changes.map(delta), stop()].join("") };
}
