import { BOUNDS } from "#lib/gateway/bounds";
import { isStream, type ReplyBody, type ReplyStream } from "#lib/gateway/request";
import type { DoorCounts } from "./metrics.ts";

export type Sending = {
  readonly atTurnEnd: (work: () => void) => void;
  readonly readerTimeoutMs: number;
  readonly counts: DoorCounts;
};

/** Where the body of one answer goes, once its head is written or on its way with it. */
export type Outlet = {
  /** Bytes that the kernel has not taken yet. */
  readonly waiting: () => number;
  /** A piece of a stream; gives false when the caller reads more slowly than we write. */
  readonly write: (bytes: Uint8Array) => boolean;
  /** The end of a stream. */
  readonly end: () => void;
  /** A whole body; a small one goes out in one piece with its head, for half the work of two. */
  readonly endWith: (bytes: Uint8Array) => void;
  readonly cork: () => void;
  readonly uncork: () => void;
  readonly onDrain: (resume: () => void) => void;
  /** Calls back each time that nothing has moved for so long. */
  readonly onStall: (ms: number, stalled: () => void) => void;
  readonly isGone: () => boolean;
  /** With a reset, or the kernel would go on keeping what it holds for the caller. */
  readonly cut: () => void;
};

/** Sends a body, whole or piece by piece, at the end of each turn; cuts a caller that does not take it. */
export function pump(body: ReplyBody, outlet: Outlet, sending: Sending): void {
  if (isStream(body)) return pumpStream(body, outlet, sending);
  sending.atTurnEnd(() => {
    if (outlet.isGone()) return;
    outlet.endWith(body);
    // Small answers are in the kernel's hands by now.
    if (outlet.waiting() > 0) cutWhenStalled(outlet, sending);
  });
}

function pumpStream(body: ReplyStream, outlet: Outlet, sending: Sending): void {
  cutWhenStalled(outlet, sending);
  const turn = corkingOf(outlet, sending);
  const resumes: (() => void)[] = [];
  const onDrain = () => {
    for (const resume of resumes.splice(0)) resume();
  };
  body.pump({
    write(bytes) {
      // What this turn adds has not been offered yet, however much it is.
      if (turn.isFirst() && outlet.waiting() > BOUNDS.readerBytesMax) {
        cut(outlet, sending);
        return false;
      }
      turn.begin();
      return outlet.write(bytes);
    },
    end: () => outlet.end(),
    onDrain(resume) {
      if (resumes.length === 0) outlet.onDrain(onDrain);
      resumes.push(resume);
    },
  });
}

/** Holds back what is written until the turn ends. */
function corkingOf(outlet: Outlet, { atTurnEnd }: Sending) {
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    outlet.uncork();
  };
  return {
    /** True before anything is written in this turn. */
    isFirst: () => !isCorked,
    begin() {
      if (isCorked) return;
      isCorked = true;
      outlet.cork();
      atTurnEnd(uncork);
    },
  };
}

/** While nothing waits to be taken, it is the upstream that is slow. */
function cutWhenStalled(outlet: Outlet, sending: Sending): void {
  outlet.onStall(sending.readerTimeoutMs, () => {
    if (outlet.waiting() > 0) cut(outlet, sending);
  });
}

/** Cuts a caller that takes nothing, or that lets too much wait. */
function cut(outlet: Outlet, { counts }: Sending): void {
  if (outlet.isGone()) return;
  counts.cut.slowReader++;
  outlet.cut();
}
