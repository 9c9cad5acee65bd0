/** Gives the same bytes, in the same memory, as a Buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Gives 3 for bytes that begin with a byte order mark in UTF-8, else 0. */
export const markLength = (bytes: Uint8Array): 0 | 3 =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;

/** True where `part` stands in `bytes` from `at` on; false where there is no room for it. */
export const isAt = (bytes: Buffer, part: Buffer, at: number): boolean =>
  at >= 0 && at + part.length <= bytes.length && bytes.compare(part, 0, part.length, at, at + part.length) === 0;

export type ByteCollector = {
  readonly push: (piece: Uint8Array) => void;
  readonly length: () => number;
  /** Gives the bytes so far; the collector is done with. */
  readonly take: () => Uint8Array;
};

const COLLECTED_BYTES_MIN = 4_096;
const NOTHING = Buffer.alloc(0);

/** Once so much of what is expected has come, there is room for all of it. */
const BELIEVED_SHARE = 4;

/**
 * Joins pieces as they come, at a cost and in a memory in proportion to their bytes, however small they are. A single piece
 * is given as it is. `expectedBytes` is how many are said to come, if anybody says so.
 */
export const createByteCollector = (expectedBytes = 0): ByteCollector => new Collector(expectedBytes);

class Collector implements ByteCollector {
  readonly #expectedBytes: number;
  #joined: Uint8Array = NOTHING;
  #length = 0;

  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  push(piece: Uint8Array): void {
    const end = this.#length + piece.length;
    if (this.#length === 0) this.#joined = piece;
    else {
      // The first piece is another's memory, which is full.
      if (end > this.#joined.length) this.#grow(end);
      this.#joined.set(piece, this.#length);
    }
    this.#length = end;
  }

  length(): number {
    return this.#length;
  }

  take(): Uint8Array {
    return this.#length === this.#joined.length ? this.#joined : this.#joined.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const expected = this.#expectedBytes;
    const believed = expected <= BELIEVED_SHARE * needed ? expected : 0;
    const capacity = believed >= needed ? believed : Math.max(COLLECTED_BYTES_MIN, needed, 2 * this.#joined.length);
    const larger = Buffer.allocUnsafe(capacity);
    larger.set(this.#joined.subarray(0, this.#length));
    this.#joined = larger;
  }
}
