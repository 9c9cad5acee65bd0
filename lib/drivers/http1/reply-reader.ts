import { type ChunkDecoder, createChunkDecoder } from "./chunks.ts";
import { MalformedReply } from "./malformed-reply.ts";
import { type ReplyHead, readReplyHead } from "./reply-head.ts";

export type ReplyEvent =
  | { readonly kind: "head"; readonly head: ReplyHead }
  /** The data are a copy and the listener's own. */
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "end"; readonly isKept: boolean; readonly idleMs: number | undefined }
  | { readonly kind: "more" };

/** Reads one reply. Whoever drives it asks for one event after another, and may wait between any two. */
export type ReplyReader = {
  /** Gives it what was read; the bytes are only looked at until `keep`. */
  readonly push: (bytes: Buffer) => void;
  /** Copies what is not read yet: the buffer it came in is about to be used again. */
  readonly keep: () => void;
  /** Says that the connection has ended: nothing more comes. */
  readonly close: () => void;
  /** Tells the next thing of the reply, or "more" where that has not come yet. Throws `MalformedReply`. */
  readonly next: () => ReplyEvent;
};

const HEAD_BYTES_MAX = 64 * 1024;
/** Heads are hardly longer; what follows them need not become text. */
const HEAD_STEP_BYTES = 2 * 1024;
const INTERIM_HEADS_MAX = 16;
const NOTHING = Buffer.alloc(0);
const MORE: ReplyEvent = { kind: "more" };

export function createReplyReader(): ReplyReader {
  const input: Input = { bytes: NOTHING, at: 0, isClosed: false };
  let readHead: HeadReader | undefined = createHeadReader(input);
  let readBody: (() => ReplyEvent) | undefined;
  return {
    push(bytes) {
      input.bytes = available(input) === 0 ? bytes : Buffer.concat([rest(input), bytes]);
      input.at = 0;
    },
    keep() {
      input.bytes = available(input) === 0 ? NOTHING : Buffer.from(rest(input));
      input.at = 0;
    },
    close() {
      input.isClosed = true;
    },
    next() {
      if (readBody) return readBody();
      const head = readHead?.();
      if (head === undefined) return more(input);
      readHead = undefined;
      readBody = createBodyReader(input, head);
      return { kind: "head", head };
    },
  };
}

type Input = { bytes: Buffer; at: number; isClosed: boolean };

const available = ({ bytes, at }: Input) => bytes.length - at;
const rest = ({ bytes, at }: Input) => bytes.subarray(at);

function more(input: Input): ReplyEvent {
  if (input.isClosed) throw new MalformedReply("the upstream closed the connection before the reply was whole");
  return MORE;
}

type HeadReader = () => ReplyHead | undefined;

/** Reads up to the final head: what comes before it (100, 102, 103) tells nobody here anything. */
function createHeadReader(input: Input): HeadReader {
  let text = "";
  let interimHeads = 0;
  const nextText = () => {
    while (available(input) > 0) {
      const before = text.length;
      text += input.bytes.toString("latin1", input.at, input.at + HEAD_STEP_BYTES);
      input.at += text.length - before;
      const end = text.indexOf("\r\n\r\n", Math.max(0, before - 3));
      if (end > HEAD_BYTES_MAX || (end < 0 && text.length > HEAD_BYTES_MAX))
        throw new MalformedReply("the head of the reply is too long");
      if (end < 0) {
        refuseBareEnds(text, before);
        continue;
      }
      const found = text.slice(0, end);
      input.at -= text.length - end - 4;
      text = "";
      return found;
    }
    return undefined;
  };
  return () => {
    while (interimHeads <= INTERIM_HEADS_MAX) {
      const found = nextText();
      if (found === undefined) return undefined;
      const head = readReplyHead(found);
      if (head.status >= 200) return head;
      interimHeads++;
    }
    throw new MalformedReply("the reply has too many heads");
  };
}

/** A head whose lines end otherwise would be waited for in vain. */
function refuseBareEnds(text: string, from: number): void {
  for (let at = text.indexOf("\n", from); at >= 0; at = text.indexOf("\n", at + 1))
    if (text[at - 1] !== "\r") throw new MalformedReply("the head of the reply has lines that end in a bare line feed");
}

function createBodyReader(input: Input, head: ReplyHead): () => ReplyEvent {
  if (head.body === "chunked") return chunkedReader(input, head, createChunkDecoder());
  if (head.body === "until-close") return () => (available(input) > 0 ? take(input, available(input)) : closed(input));
  let bytesLeft = head.body;
  return () => {
    if (bytesLeft === 0) return ended(input, head);
    const size = Math.min(bytesLeft, available(input));
    if (size === 0) return more(input);
    bytesLeft -= size;
    return take(input, size);
  };
}

function chunkedReader(input: Input, head: ReplyHead, decoder: ChunkDecoder): () => ReplyEvent {
  return () => {
    const pieces: Buffer[] = [];
    input.at += decoder.read(rest(input), (piece) => pieces.push(piece));
    // One event for all chunks of one reading: many upstreams write a token each.
    if (pieces.length > 0) return { kind: "data", data: Buffer.concat(pieces) };
    return decoder.isOver() ? ended(input, head) : more(input);
  };
}

function take(input: Input, size: number): ReplyEvent {
  const data = Buffer.allocUnsafe(size);
  input.bytes.copy(data, 0, input.at, input.at + size);
  input.at += size;
  return { kind: "data", data };
}

/** What follows the reply was asked for by nobody, so the connection is not to be trusted with another request. */
const ended = (input: Input, { isKept, idleMs }: ReplyHead): ReplyEvent => ({
  kind: "end",
  isKept: isKept && available(input) === 0 && !input.isClosed,
  idleMs,
});

const closed = (input: Input): ReplyEvent =>
  input.isClosed ? { kind: "end", isKept: false, idleMs: undefined } : MORE;
