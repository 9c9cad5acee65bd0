import { BOUNDS } from "#lib/gateway/bounds";

/** Whose receiving is paused and resumed. */
export type Receiver = {
  /** That was enough for now. */
  readonly onTurnSpent: () => void;
  /** The next turn has begun. */
  readonly onTurnBegun: () => void;
};

/** One receiver's part in the turns of the event loop. */
export type Turn = {
  /** Counts bytes that were worked on. */
  readonly spend: (bytes: number) => void;
  /** True while paused by this, and so not to be resumed by others. */
  readonly isWaiting: () => boolean;
};

export type Turns = { readonly join: (receiver: Receiver) => Turn };

/**
 * Shares each turn of the event loop among all that receive. Node reads a socket on and on while there is something to
 * read, megabytes in one turn, and does so for every socket: a few fast upstreams would keep all other callers waiting
 * for tenths of a second.
 */
export function createTurns(): Turns {
  const common = new CommonTurn();
  return { join: (receiver) => new Part(common, receiver) };
}

class CommonTurn {
  #allBytes = 0;
  #waiting: Part[] = [];
  /** Of each that goes on in this turn, where several do: whoever is read first would take it all. */
  #shareBytes: number = BOUNDS.turnBytesMax;
  #isBegun = false;

  /** Counts bytes; true where a part that has worked on so many has done its share, or the turn is over for all. */
  isSpent(bytes: number, partBytes: number): boolean {
    this.#allBytes += bytes;
    // What is already read is parsed and copied again after a pause, so everybody does some of it first.
    if (partBytes < BOUNDS.turnBytesMin) return false;
    return this.#allBytes >= BOUNDS.turnBytesMax || partBytes >= this.#shareBytes;
  }

  wait(part: Part): void {
    if (!this.#isBegun && this.#waiting.length === 0) setImmediate(this.#begin);
    this.#waiting.push(part);
  }

  // In the order of their waiting, and only as many as fit: the others are not even resumed. What a socket brings comes
  // after this, so the least of each is counted before.
  readonly #begin = () => {
    const before = this.#waiting;
    this.#waiting = [];
    this.#allBytes = 0;
    this.#isBegun = true;
    let gone = 0;
    while (gone < before.length && this.#allBytes + gone * BOUNDS.turnBytesMin < BOUNDS.turnBytesMax)
      before[gone++]?.goOn();
    this.#shareBytes = BOUNDS.turnBytesMax / Math.max(1, gone);
    this.#isBegun = false;
    this.#waiting = [...before.slice(gone), ...this.#waiting];
    if (this.#waiting.length > 0) setImmediate(this.#begin);
  };
}

class Part implements Turn {
  readonly #common: CommonTurn;
  readonly #receiver: Receiver;
  #bytes = 0;
  #isWaiting = false;

  constructor(common: CommonTurn, receiver: Receiver) {
    this.#common = common;
    this.#receiver = receiver;
  }

  spend(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#common.isSpent(bytes, this.#bytes) || this.#isWaiting) return;
    this.#isWaiting = true;
    this.#receiver.onTurnSpent();
    this.#common.wait(this);
  }

  isWaiting(): boolean {
    return this.#isWaiting;
  }

  goOn(): void {
    this.#isWaiting = false;
    this.#bytes = 0;
    this.#receiver.onTurnBegun();
  }
}
