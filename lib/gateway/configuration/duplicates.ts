import { type ConfigurationIssue, formatPath, type IssuePath } from "./issue.ts";

export type NamedPlace = { readonly name: string; readonly path: IssuePath };

/** Names given twice, each at its later place, naming the earlier one. */
export function duplicatesIn(places: readonly NamedPlace[]): ConfigurationIssue[] {
  const first = new Map<string, IssuePath>();
  return places.flatMap(({ name, path }) => {
    const earlier = first.get(name);
    if (earlier) return [{ path, message: `"${name}" is already used at ${formatPath(earlier)}` }];
    first.set(name, path);
    return [];
  });
}
