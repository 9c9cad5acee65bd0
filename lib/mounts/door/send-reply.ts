import { bufferOf } from "#lib/base/bytes";
import { BOUNDS } from "#lib/gateway/bounds";
import { type GatewayReply, isStream, type ReplyStream } from "#lib/gateway/request";
import { endAfterAnswer } from "./answer.ts";
import { takeOverFraming } from "./chunks.ts";
import { type Exchange, isGone, type Outgoing } from "./exchange.ts";
import type { DoorCounts } from "./metrics.ts";

export type Sending = {
  readonly atTurnEnd: (work: () => void) => void;
  readonly readerTimeoutMs: number;
  readonly counts: DoorCounts;
};

/** Sends a reply, whole or piece by piece, at the end of each turn; cuts a caller that does not take it. */
export function sendReply({ status, headers, body }: GatewayReply, exchange: Exchange, sending: Sending): void {
  const { incoming, outgoing } = exchange;
  if (isGone(outgoing)) return;
  // A refusal before the body was read.
  endAfterAnswer(incoming, outgoing);
  outgoing.writeHead(status, headers);
  if (isStream(body)) return pump(body, outgoing, sending);
  // HTTP/2 ends the answer to a HEAD with its head, and tells of its close only where we had ended it by then.
  if (incoming.method === "HEAD") return void outgoing.end();
  sending.atTurnEnd(() => {
    if (isGone(outgoing)) return;
    endWith(body, outgoing);
    // Small answers are in the kernel's hands by now.
    if (outgoing.writableLength > 0) cutWhenStalled(outgoing, sending);
  });
}

const JOINED_BYTES_MAX = 16 * 1024;

/** Latin-1 carries any bytes, and a small text goes out in one piece with its head, for half the work of two. */
function endWith(body: Uint8Array, outgoing: Outgoing): void {
  if (body.length > JOINED_BYTES_MAX) outgoing.end(body);
  else outgoing.end(bufferOf(body).toString("latin1"), "latin1");
}

function pump(body: ReplyStream, outgoing: Outgoing, sending: Sending): void {
  cutWhenStalled(outgoing, sending);
  const { framed, last } = takeOverFraming(outgoing);
  const turn = corkingOf(outgoing, sending);
  const resumes: (() => void)[] = [];
  const onDrain = () => {
    for (const resume of resumes.splice(0)) resume();
  };
  body.pump({
    write(bytes) {
      // What this turn adds has not been offered yet, however much it is.
      if (turn.isFirst() && outgoing.writableLength > BOUNDS.readerBytesMax) {
        cut(outgoing, sending);
        return false;
      }
      turn.begin();
      return outgoing.write(framed(bytes));
    },
    end: () => outgoing.end(last),
    onDrain(resume) {
      if (resumes.length === 0) outgoing.once("drain", onDrain);
      resumes.push(resume);
    },
  });
}

/** Holds back what is written until the turn ends. */
function corkingOf(outgoing: Outgoing, { atTurnEnd }: Sending) {
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    // Its end has uncorked it, and the connection may be another answer's by now.
    if (!outgoing.writableEnded) outgoing.uncork();
  };
  return {
    /** True before anything is written in this turn. */
    isFirst: () => !isCorked,
    begin() {
      if (isCorked) return;
      isCorked = true;
      outgoing.cork();
      atTurnEnd(uncork);
    },
  };
}

/** Node calls back after this long without progress; while nothing waits to be taken, it is the upstream that is slow. */
function cutWhenStalled(outgoing: Outgoing, sending: Sending): void {
  outgoing.setTimeout(sending.readerTimeoutMs, () => {
    if (outgoing.writableLength > 0) cut(outgoing, sending);
  });
}

/** Cuts a caller that takes nothing, or that lets too much wait: with a reset, or the kernel would go on keeping what it holds for it. */
function cut(outgoing: Outgoing, { counts }: Sending): void {
  if (isGone(outgoing)) return;
  counts.cut.slowReader++;
  if (outgoing.stream || !outgoing.socket) outgoing.destroy();
  else outgoing.socket.resetAndDestroy();
}
