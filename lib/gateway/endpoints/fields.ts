import { AppError } from "#lib/base/errors";
import type { BodyFields } from "../body-fields.ts";
import { BOUNDS } from "../bounds.ts";

export const invalidField = (param: string, message: string) => new AppError("invalid_field", message, { param });

export const missingField = (param: string) =>
  new AppError("missing_field", `You must provide \`${param}\`.`, { param });

/** Reads an optional boolean; null counts as absent. */
export function optionalBoolean(value: unknown, name: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw invalidField(name, `\`${name}\` must be a boolean.`);
  return value;
}

/** Reads an optional whole number of at least 1. */
export function optionalCount(fields: BodyFields, name: string, max?: number): number | undefined {
  return optionalCountIn(fields.get(name), name, max);
}

/** Reads a value that may be a whole number of at least 1; null counts as absent. `path` may lead into an object. */
export function optionalCountIn(value: unknown, path: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return value;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const most = max === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${max}`;
  throw invalidField(path, `\`${name}\` must be a whole number of at least 1${most}.`);
}

/** Gives the largest of what is said, or nothing where nothing is. */
export function largestOf(counts: readonly (number | undefined)[]): number | undefined {
  const said = counts.filter((count) => count !== undefined);
  return said.length > 0 ? Math.max(...said) : undefined;
}

/** Reads `n`: how many answers are wanted. */
export const choicesOf = (fields: BodyFields): number => optionalCount(fields, "n", BOUNDS.choicesMax) ?? 1;

/** Reads `stream`. */
export const streamOf = (fields: BodyFields): boolean => optionalBoolean(fields.get("stream"), "stream") ?? false;

/** Reads `stream` and `stream_options`, which is only allowed beside the former. */
export function streamingOf(fields: BodyFields) {
  const isStream = streamOf(fields);
  const streamOptions = streamOptionsOf(fields.get("stream_options"), isStream);
  const wantsUsage = optionalBoolean(streamOptions.include_usage, "stream_options.include_usage") ?? false;
  return { isStream, streamOptions, wantsUsage };
}

type Options = Readonly<Record<string, unknown>>;

function streamOptionsOf(options: unknown, isStream: boolean): Options {
  if (options === undefined || options === null) return {};
  if (!isRecord(options)) throw invalidField("stream_options", "`stream_options` must be an object.");
  if (!isStream) throw invalidField("stream_options", "`stream_options` is only allowed when `stream` is true.");
  return options;
}

const isRecord = (value: unknown): value is Options =>
  typeof value === "object" && value !== null && !Array.isArray(value);
