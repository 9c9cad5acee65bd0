import { bufferOf, isAt } from "#lib/base/bytes";
import type { ChunkPatcher, ReplyEdits } from "#lib/gateway/dialects/passage";
import { memberOf, scanTrusted } from "#lib/gateway/json-scan";
import { patchReply } from "./patch-reply.ts";

/** The bytes of a chunk up to the end of its model's name, as they came and as they go. */
type Head = { readonly before: Buffer; readonly after: Buffer };

const NO_USAGE_TAIL = Buffer.from(',"usage":null}');
const CLOSE = Buffer.from("}");

/**
 * Makes the editor of one stream. The chunks of a stream begin alike (same id, time and model) and end alike (`usage` null
 * until the last): where one does, its edits are known without looking into it. Any other is edited member by member.
 */
export function createChunkPatcher(edits: ReplyEdits): ChunkPatcher {
  const { model, withoutUsage } = edits;
  if (model === undefined && !withoutUsage) return (data) => data;
  const headFor = createHeadFinder(model);
  return (data, { usage }) => {
    const bytes = bufferOf(data);
    const dropsTail = withoutUsage && usage === null && isAt(bytes, NO_USAGE_TAIL, bytes.length - NO_USAGE_TAIL.length);
    const isUsual = dropsTail || !withoutUsage || usage === undefined;
    const head = isUsual ? headFor(bytes) : undefined;
    if (head === undefined) return patchReply(data, edits);
    return head === NO_HEAD && !dropsTail ? data : assemble(bytes, head, dropsTail);
  };
}

/** Gives the head of a chunk: the one of the chunk before where it still fits. */
function createHeadFinder(model: string | undefined): (bytes: Buffer) => Head | undefined {
  if (model === undefined) return () => NO_HEAD;
  let head: Head | undefined;
  return (bytes) => {
    if (head === undefined || !isAt(bytes, head.before, 0)) head = headOf(bytes, model);
    return head;
  };
}

function headOf(bytes: Buffer, model: string): Head | undefined {
  const member = memberOf(scanTrusted(bytes) ?? [], "model");
  if (member === undefined) return undefined;
  const before = Buffer.from(bytes.subarray(0, member.valueEnd));
  return { before, after: Buffer.concat([bytes.subarray(0, member.valueStart), Buffer.from(JSON.stringify(model))]) };
}

function assemble(bytes: Buffer, { before, after }: Head, dropsTail: boolean): Uint8Array {
  const to = dropsTail ? bytes.length - NO_USAGE_TAIL.length : bytes.length;
  return Buffer.concat([after, bytes.subarray(before.length, to), dropsTail ? CLOSE : EMPTY]);
}

const EMPTY = Buffer.alloc(0);
const NO_HEAD: Head = { before: EMPTY, after: EMPTY };
