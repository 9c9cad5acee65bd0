import type { z } from "zod";

export type IssuePath = readonly (string | number)[];

/** One thing wrong with a document: where, and what to do about it. Never carries a value of the document that could be a secret. */
export type ConfigurationIssue = { readonly path: IssuePath; readonly message: string };

/** Writes a path as people read it: `models[0].deployments[1].provider`; the document itself is `document`. */
export function formatPath(path: IssuePath): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
  return text.startsWith(".") ? text.slice(1) : text || "document";
}

export const formatIssue = (issue: ConfigurationIssue) => `${formatPath(issue.path)}: ${issue.message}`;

type ZodIssue = z.core.$ZodIssue;

/** So many things wrong are told of one document: whoever mends them asks again. */
export const ISSUES_MAX = 100;

/**
 * Turns zod's findings into ours, the first ISSUES_MAX of them: one per unknown field, unions opened to the form that was
 * meant, absent fields named so.
 */
export const issuesOfZod = (issues: readonly ZodIssue[], input: unknown, base: IssuePath = []): ConfigurationIssue[] =>
  issues
    .slice(0, ISSUES_MAX)
    .flatMap((issue) => issuesOf(issue, input, [...base, ...issue.path.map(pathPart)]))
    .slice(0, ISSUES_MAX);

function issuesOf(issue: ZodIssue, input: unknown, path: IssuePath): ConfigurationIssue[] {
  if (issue.code === "unrecognized_keys") return issue.keys.slice(0, ISSUES_MAX).map((key) => unknownField(path, key));
  if (issue.code === "invalid_key") return badKey(path, issue);
  if (valueAt(input, path) === undefined && path.length > 0) return [{ path, message: "is required" }];
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((branch) => branch.length > 0 && !branch.some(isWrongForm));
    if (meant) return issuesOfZod(meant, input, path);
  }
  return [{ path, message: issue.message }];
}

/** A slip of the pen can make a credential a field's name: only what looks like a field's name is written out. */
const FIELD_NAME = /^[A-Za-z_]{1,32}$/;

const unknownField = (path: IssuePath, name: string): ConfigurationIssue =>
  FIELD_NAME.test(name)
    ? { path: [...path, name], message: "is not a known field" }
    : { path, message: "has an unknown field whose name is not shown, as it may be a secret" };

const badKey = (path: IssuePath, { issues: [first] }: z.core.$ZodIssueInvalidKey): ConfigurationIssue[] => [
  { path: path.slice(0, -1), message: `has a name that ${first?.message ?? "is not allowed"}` },
];

// A branch whose own root has the wrong type, or is not one of a list of words, is not the form that was meant.
const isWrongForm = (issue: ZodIssue) =>
  issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");

const pathPart = (part: PropertyKey) => (typeof part === "number" ? part : String(part));

function valueAt(input: unknown, path: IssuePath): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
