import { BOUNDS } from "#lib/gateway/bounds";

/** One receiver's part in the turns of the event loop. */
export type Turn = {
  /** Counts bytes that were worked on; pauses when that was enough for now, and resumes in the next turn. */
  readonly spend: (bytes: number) => void;
  /** True while paused by this, and so not to be resumed by others. */
  readonly isWaiting: () => boolean;
};

export type Turns = { readonly join: (pausing: Pausing) => Turn };

type Pausing = { readonly pause: () => void; readonly resume: () => void };

/**
 * Shares each turn of the event loop among all that receive. Node reads a socket on and on while there is something to
 * read, megabytes in one turn, and does so for every socket: a few fast upstreams would keep all other callers waiting
 * for tenths of a second.
 */
export function createTurns(): Turns {
  let allBytes = 0;
  let waiting: (() => void)[] = [];
  /** Of each that goes on in this turn, where several do: whoever is read first would take it all. */
  let shareBytes: number = BOUNDS.turnBytesMax;
  let isBegun = false;
  // In the order of their waiting, and only as many as fit: the others are not even resumed. What a socket brings comes
  // after this, so the least of each is counted before.
  const begin = () => {
    const before = waiting;
    waiting = [];
    allBytes = 0;
    isBegun = true;
    let gone = 0;
    while (gone < before.length && allBytes + gone * BOUNDS.turnBytesMin < BOUNDS.turnBytesMax) before[gone++]?.();
    shareBytes = BOUNDS.turnBytesMax / Math.max(1, gone);
    isBegun = false;
    waiting = [...before.slice(gone), ...waiting];
    if (waiting.length > 0) setImmediate(begin);
  };
  const wait = (go: () => void) => {
    if (!isBegun && waiting.length === 0) setImmediate(begin);
    waiting.push(go);
  };
  return {
    join({ pause, resume }) {
      let bytes = 0;
      let isWaiting = false;
      const go = () => {
        isWaiting = false;
        bytes = 0;
        resume();
      };
      return {
        spend(more) {
          allBytes += more;
          bytes += more;
          // What is already read is parsed and copied again after a pause, so everybody does some of it first.
          if (bytes < BOUNDS.turnBytesMin || isWaiting) return;
          if (allBytes < BOUNDS.turnBytesMax && bytes < shareBytes) return;
          isWaiting = true;
          pause();
          wait(go);
        },
        isWaiting: () => isWaiting,
      };
    },
  };
}
