import type { ConfigurationDocument, ModelDocument } from "./document.ts";
import { type ConfigurationIssue, ISSUES_MAX, type IssuePath } from "./issue.ts";

type Edge = { readonly to: string; readonly path: IssuePath };
type Graph = ReadonlyMap<string, readonly Edge[]>;

/** Checks that every fallback names a model and that no chain of them comes back to where it began. */
export function checkFallbacks(document: ConfigurationDocument): ConfigurationIssue[] {
  const idOf = idsByName(document.models);
  const unknown: ConfigurationIssue[] = [];
  const graph = new Map<string, Edge[]>();
  for (const [index, model] of document.models.entries()) {
    const edges: Edge[] = [];
    for (const { name, path } of namedBy(model, index)) {
      const to = idOf.get(name);
      if (to === undefined) unknown.push({ path, message: `there is no model "${name}"` });
      else edges.push({ to, path });
    }
    graph.set(model.id, edges);
  }
  return [...unknown, ...loopsIn(graph)];
}

function idsByName(models: readonly ModelDocument[]): ReadonlyMap<string, string> {
  return new Map(
    models.flatMap(({ id, aliases = [] }) => [id, ...aliases].map((name): [string, string] => [name, id])),
  );
}

/** Fallbacks with their places; a name that stands in several lists is looked at once. */
function namedBy({ fallbacks = {} }: ModelDocument, index: number): { name: string; path: IssuePath }[] {
  const lists = [fallbacks.onError, fallbacks.onContextTooLong, fallbacks.onContentFilter];
  const names = new Set(lists.flatMap((list) => list ?? []));
  return [...names].map((name) => ({ name, path: ["models", index, "fallbacks"] }));
}

function loopsIn(graph: Graph): ConfigurationIssue[] {
  const finished = new Set<string>();
  const issues: ConfigurationIssue[] = [];
  for (const start of graph.keys()) walk(start, { graph, finished, issues });
  return issues;
}

type Walk = { readonly graph: Graph; readonly finished: Set<string>; readonly issues: ConfigurationIssue[] };

// Depth first with a stack of its own: a chain may be as long as the document has models.
function walk(start: string, { graph, finished, issues }: Walk): void {
  const trail: { id: string; edges: Iterator<Edge> }[] = [];
  const enter = (id: string) => trail.push({ id, edges: (graph.get(id) ?? []).values() });
  if (!finished.has(start)) enter(start);
  for (let top = trail.at(-1); top !== undefined && issues.length < ISSUES_MAX; top = trail.at(-1)) {
    const next = top.edges.next();
    if (next.done) {
      finished.add(top.id);
      trail.pop();
      continue;
    }
    const { to, path } = next.value;
    const begin = trail.findIndex(({ id }) => id === to);
    if (begin >= 0) issues.push({ path, message: loopMessage([...trail.slice(begin).map(({ id }) => id), to]) });
    else if (!finished.has(to)) enter(to);
  }
}

const loopMessage = (ids: readonly string[]) => `fallbacks go in a circle: ${ids.join(" -> ")}`;
