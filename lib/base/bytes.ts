/** Gives the same bytes, in the same memory, as a Buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** True where `part` stands in `bytes` from `at` on; false where there is no room for it. */
export const isAt = (bytes: Buffer, part: Buffer, at: number): boolean =>
  at >= 0 && at + part.length <= bytes.length && bytes.compare(part, 0, part.length, at, at + part.length) === 0;
