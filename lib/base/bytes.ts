/** Gives the same bytes, in the same memory, as a Buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Gives 3 for bytes that begin with a byte order mark in UTF-8, else 0. */
export const markLength = (bytes: Uint8Array): 0 | 3 =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;

/** True where `part` stands in `bytes` from `at` on; false where there is no room for it. */
export const isAt = (bytes: Buffer, part: Buffer, at: number): boolean =>
  at >= 0 && at + part.length <= bytes.length && bytes.compare(part, 0, part.length, at, at + part.length) === 0;
