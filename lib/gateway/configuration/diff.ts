import type { ConfigurationDocument } from "./document.ts";

export type DiffLine =
  | { readonly kind: "added"; readonly path: string; readonly after: string }
  | { readonly kind: "removed"; readonly path: string; readonly before: string }
  | { readonly kind: "changed"; readonly path: string; readonly before: string; readonly after: string };

/** Compares two documents by meaning: things with an id are matched by it. Never shows the value of a secret. */
export function diffConfiguration(before: ConfigurationDocument, after: ConfigurationDocument): DiffLine[] {
  return diffValues(before, after, "");
}

/** Writes one line as people read it: `~ models[a].price.input: 0.4 -> 0.5`. */
export function formatDiffLine(line: DiffLine): string {
  if (line.kind === "added") return `+ ${line.path}: ${line.after}`;
  if (line.kind === "removed") return `- ${line.path}: ${line.before}`;
  return `~ ${line.path}: ${line.before} -> ${line.after}`;
}

function diffValues(before: unknown, after: unknown, path: string): DiffLine[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ kind: "added", path, after: show(after) }];
  if (after === undefined) return [{ kind: "removed", path, before: show(before) }];
  if (isIdentified(before) && isIdentified(after)) return diffIdentified(before, after, path);
  if (isPlainObject(before) && isPlainObject(after)) return diffObjects(before, after, path);
  const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
  return was === is ? [] : [{ kind: "changed", path, before: show(before), after: show(after) }];
}

function diffObjects(before: Fields, after: Fields, path: string): DiffLine[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => diffValues(before[name], after[name], path === "" ? name : `${path}.${name}`));
}

function diffIdentified(before: readonly Identified[], after: readonly Identified[], path: string): DiffLine[] {
  const was = new Map(before.map((item) => [item.id, item]));
  const is = new Map(after.map((item) => [item.id, item]));
  const ids = new Set([...was.keys(), ...is.keys()]);
  const lines = [...ids].flatMap((id) => diffValues(was.get(id), is.get(id), `${path}[${id}]`));
  const keptBefore = [...was.keys()].filter((id) => is.has(id)).join(", ");
  const keptAfter = [...is.keys()].filter((id) => was.has(id)).join(", ");
  if (keptBefore === keptAfter) return lines;
  return [...lines, { kind: "changed", path: `${path} order`, before: keptBefore, after: keptAfter }];
}

type Fields = Readonly<Record<string, unknown>>;
type Identified = Fields & { readonly id: string };

const isPlainObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isIdentified = (value: unknown): value is readonly Identified[] =>
  Array.isArray(value) && value.every((item: unknown) => isPlainObject(item) && typeof item.id === "string");

const show = (value: unknown) =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "string" && inner.startsWith("literal:") ? "literal:***" : inner,
  );
