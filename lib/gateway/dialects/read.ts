import { AppError } from "#lib/base/errors";
import type { Json, JsonObject } from "../conversation.ts";

declare global {
  interface JSON {
    /** Tells what `JSON.rawJSON` made (TC39 JSON.parse source text access). */
    isRawJSON(value: unknown): boolean;
  }
}

/** Lenient readers, for what a provider sends: what is missing or of another type is not there. */

export const objectIn = (value: unknown): JsonObject | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

export const listIn = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : []);

export const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A number that `parseExact` kept as its text (`0.10`, a 64-bit seed) is the nearest double. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === "object" && JSON.isRawJSON(value) ? Number(JSON.stringify(value)) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** No model's context comes near this: a larger count is nonsense and is not billed as said. */
const TOKENS_MAX = 1_000_000_000;

export function countIn(value: unknown): number | undefined {
  const number = numberIn(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 && number <= TOKENS_MAX ? number : undefined;
}

/** Strict readers, for what a caller sends: a wrong type is refused with the path of the field. */

export const invalid = (path: string, message: string) =>
  new AppError("invalid_field", `\`${path}\` ${message}`, { param: path });

export function requireObject(value: unknown, path: string): JsonObject {
  const object = objectIn(value);
  if (object === undefined) throw invalid(path, "must be an object.");
  return object;
}

export function requireList(value: unknown, path: string): readonly Json[] {
  if (!Array.isArray(value)) throw invalid(path, "must be an array.");
  return value;
}

export function requireText(value: unknown, path: string): string {
  if (typeof value !== "string") throw invalid(path, "must be a string.");
  return value;
}

/** Gives nothing for an absent or null field. */
export const optional = <T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | undefined =>
  value === undefined || value === null ? undefined : read(value, path);

export function requireNumber(value: unknown, path: string): number {
  const number = numberIn(value);
  if (number === undefined) throw invalid(path, "must be a number.");
  return number;
}

export function requireCount(value: unknown, path: string): number {
  const number = requireNumber(value, path);
  if (!Number.isSafeInteger(number) || number < 0) throw invalid(path, "must be a whole number, 0 or more.");
  return number;
}

/** Gives a reader of an integer between two bounds, both included. */
export const requireIntegerIn =
  (least: number, most: number) =>
  (value: unknown, path: string): number => {
    const number = requireNumber(value, path);
    if (!Number.isInteger(number) || number < least || number > most)
      throw invalid(path, `must be an integer from ${least} to ${most}.`);
    return number;
  };

export function requireBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalid(path, "must be a boolean.");
  return value;
}

/** Gives the fields of an object that are not named, or nothing where there are none. */
export function restOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const rest = Object.entries(object).filter(([name, value]) => !known.has(name) && value !== undefined);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** Drops what is undefined, so that a written object holds only what was said. Every block of a long conversation comes here. */
export function defined(object: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined) continue;
    if (name === PROTO) Object.defineProperty(kept, name, { value, enumerable: true });
    else kept[name] = value;
  }
  return kept;
}

/** A caller may name a field so; assigned, it would be no field. */
const PROTO = "__proto__";
