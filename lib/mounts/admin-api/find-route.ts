import { AppError } from "#lib/base/errors";
import type { AdminRoute } from "./route.ts";
import { ADMIN_ROUTES } from "./table.ts";

export type Found = { readonly route: AdminRoute; readonly params: Readonly<Record<string, string>> };

/** A path that exists, asked with another method: the answer names those it has. */
export class MethodRefused extends AppError {
  readonly allowed: string;

  constructor(allowed: readonly string[]) {
    super("method_not_allowed", `This path answers ${allowed.join(", ")}.`);
    this.allowed = allowed.join(", ");
  }
}

/** Finds the route of a method and a path below the Admin API's own. Refuses with 404 or 405. */
export function findRoute(method: string, path: string): Found {
  const parts = path.split("/");
  const matches = ADMIN_ROUTES.flatMap((route) => {
    const params = matchPath(route.path.split("/"), parts);
    return params ? [{ route, params }] : [];
  });
  const found = matches.find(({ route }) => route.method === method);
  if (found) return found;
  if (matches.length > 0) throw new MethodRefused(matches.map(({ route }) => route.method));
  throw new AppError("not_found", "There is no such path.");
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(expected)?.[1];
    if (name === undefined ? part !== expected : part === "") return undefined;
    if (name !== undefined) params[name] = decoded(part);
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new AppError("invalid_request", "The path is not well-formed.", { cause });
  }
}
