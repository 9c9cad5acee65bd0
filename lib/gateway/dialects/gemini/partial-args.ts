import { AppError } from "#lib/base/errors";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";

/** The arguments of a call as far as they have come, and the path of the text that goes on. */
export type PartialArgs = { readonly args: JsonObject; readonly growing: string | undefined };

type Step = string | number;

/** Adds the `partialArgs` of one chunk: each sets a value at a JSON path, or goes on with the text there. */
export function withPartialArgs(known: PartialArgs, raw: unknown): PartialArgs {
  return listIn(raw).reduce<PartialArgs>(({ args, growing }, item) => {
    const partial = objectIn(item) ?? {};
    const path = textIn(partial.jsonPath) ?? "";
    const value = valueIn(partial);
    const grown = withValue(args, stepsOf(path), (before) =>
      growing === path && typeof before === "string" && typeof value === "string" ? before + value : value,
    );
    return { args: objectIn(grown) ?? {}, growing: partial.willContinue === true ? path : undefined };
  }, known);
}

function valueIn({ stringValue, numberValue, boolValue }: JsonObject): Json {
  return stringValue ?? numberValue ?? boolValue ?? null;
}

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Reads a JSON path (RFC 9535) of names and indices, like `$.days[0].name`. */
function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  let match = path.startsWith("$") ? STEP.exec(path) : null;
  let end = 1;
  while (match) {
    end = STEP.lastIndex;
    const [, name, index, quoted, doubly] = match;
    steps.push(index === undefined ? (name ?? quoted ?? doubly ?? "") : Number(index));
    match = STEP.exec(path);
  }
  if (end !== path.length || steps.length === 0) throw nonsense(path);
  return steps;
}

function withValue(target: Json | undefined, steps: readonly Step[], change: (before: Json | undefined) => Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return change(target);
  if (typeof step === "string") {
    const object = objectIn(target) ?? {};
    const before = Object.hasOwn(object, step) ? object[step] : undefined;
    return { ...object, [step]: withValue(before, rest, change) };
  }
  const list = listIn(target);
  if (step > list.length) throw nonsense(`[${step}]`);
  return [...list.slice(0, step), withValue(list[step], rest, change), ...list.slice(step + 1)];
}

const nonsense = (path: string) =>
  new AppError("upstream_failed", "The upstream sent arguments that make no sense.", { detail: `jsonPath ${path}` });
