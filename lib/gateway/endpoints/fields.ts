import { AppError } from "#lib/base/errors";
import type { Fields } from "./endpoint.ts";

const CHOICES_MAX = 128;

export const invalidField = (param: string, message: string) => new AppError("invalid_field", message, { param });

export const missingField = (param: string) =>
  new AppError("missing_field", `You must provide \`${param}\`.`, { param });

/** Reads an optional boolean; null counts as absent. */
function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw invalidField(name, `\`${name}\` must be a boolean.`);
  return value;
}

/** Reads an optional whole number of at least 1. */
export function optionalCount(fields: Fields, name: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return value;
  const most = max === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${max}`;
  throw invalidField(name, `\`${name}\` must be a whole number of at least 1${most}.`);
}

/** Reads `n`: how many answers are wanted. */
export const choicesOf = (fields: Fields): number => optionalCount(fields, "n", CHOICES_MAX) ?? 1;

/** Reads `stream` and `stream_options`, which is only allowed beside the former. */
export function streamingOf(fields: Fields) {
  const isStream = optionalBoolean(fields, "stream") ?? false;
  const streamOptions = streamOptionsOf(fields, isStream);
  return { isStream, streamOptions, wantsUsage: optionalBoolean(streamOptions, "include_usage") ?? false };
}

function streamOptionsOf(fields: Fields, isStream: boolean): Fields {
  const { stream_options: options } = fields;
  if (options === undefined || options === null) return {};
  if (!isRecord(options)) throw invalidField("stream_options", "`stream_options` must be an object.");
  if (!isStream) throw invalidField("stream_options", "`stream_options` is only allowed when `stream` is true.");
  return options;
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
