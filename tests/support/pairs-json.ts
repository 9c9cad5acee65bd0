/** Reading JSON in tests without our own readers: what is missing is nothing, and a wrong type is a failure. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json | undefined };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Gives what stands at a path, or nothing. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof step === "number") found = Array.isArray(found) ? found.at(step) : undefined;
    else found = isObject(found) ? found[step] : undefined;
  }
  return found;
}

/** Gives an object; an empty one where there is none. */
export function objectAt(value: unknown, ...path: readonly (string | number)[]): JsonObject {
  const found = dig(value, ...path) ?? {};
  if (!isObject(found)) throw new Error(`no object at ${path.join(".")}: ${JSON.stringify(found)}`);
  return found;
}

/** Gives a list of objects; an empty one where there is none. */
export function objectsAt(value: unknown, ...path: readonly (string | number)[]): readonly JsonObject[] {
  const found = dig(value, ...path) ?? [];
  if (!Array.isArray(found)) throw new Error(`no list at ${path.join(".")}: ${JSON.stringify(found)}`);
  return found.map((one) => objectAt(one));
}

/** Gives a text; an empty one where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = dig(value, ...path) ?? "";
  if (typeof found !== "string") throw new Error(`no text at ${path.join(".")}: ${JSON.stringify(found)}`);
  return found;
}

/** Gives a number; 0 where there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = dig(value, ...path) ?? 0;
  if (typeof found !== "number") throw new Error(`no number at ${path.join(".")}: ${JSON.stringify(found)}`);
  return found;
}

/** Reads a JSON object. */
export const parseObject = (text: string): JsonObject => objectAt(JSON.parse(text));

/** Leaves out what is undefined. */
export const filled = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

export type SseEvent = { readonly name: string | undefined; readonly data: JsonObject };
export type SseStream = { readonly events: readonly SseEvent[]; readonly isMarked: boolean };

/** Reads a stream of server-sent events by the standard's rules, as far as upstreams and gateways use them. */
export function parseSse(text: string): SseStream {
  const events: SseEvent[] = [];
  let isMarked = false;
  for (const block of text.split(/\r?\n\r?\n/)) {
    const lines = block.split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, ""));
    if (data.length === 0) continue;
    if (isMarked) throw new Error(`an event after [DONE]: ${block}`);
    const name = lines
      .find((line) => line.startsWith("event:"))
      ?.slice(6)
      .trim();
    if (data.join("\n") === "[DONE]") isMarked = true;
    else events.push({ name, data: parseObject(data.join("\n")) });
  }
  return { events, isMarked };
}

/** Cuts a text into pieces of a few characters, never within one. */
export function piecesOf(text: string, size = 7): readonly string[] {
  const letters = [...text];
  return Array.from({ length: Math.ceil(letters.length / size) }, (_, at) =>
    letters.slice(at * size, (at + 1) * size).join(""),
  );
}
