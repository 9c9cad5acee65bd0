import type { Json } from "#lib/gateway/conversation";
import { listIn, numberIn } from "../read.ts";

const FLOAT_BYTES = 4;

/** Writes a vector as base64 of little-endian 32-bit floats. */
export function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (let index = 0; index < vector.length; index++) bytes.writeFloatLE(vector[index] ?? 0, index * FLOAT_BYTES);
  return bytes.toString("base64");
}

/** Reads a vector from such a text. */
export function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: Math.floor(bytes.length / FLOAT_BYTES) }, (_, index) =>
    bytes.readFloatLE(index * FLOAT_BYTES),
  );
}

/** Reads the numbers of a vector; gives none where one of them is no number, for the others would stand in wrong places. */
export function vectorIn(raw: Json | undefined): readonly number[] {
  const values = listIn(raw).map(numberIn);
  return values.every((value) => value !== undefined) ? values : [];
}
