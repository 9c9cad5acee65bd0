import { objectIn } from "#lib/gateway/dialects/read";

const DEPTH_MAX = 12;

/** Gives the smallest value that fits a JSON schema: deterministic, required members only, first of each choice. */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  const rules = objectIn(schema);
  if (rules === undefined || depth > DEPTH_MAX) return {};
  if ("const" in rules) return rules.const;
  if (Array.isArray(rules.enum)) return rules.enum[0];
  if (typeof rules.$ref === "string") return exampleOf(definitionOf(rules.$ref, root), root, depth + 1);
  const choice = [rules.anyOf, rules.oneOf, rules.allOf].find((list) => Array.isArray(list) && list.length > 0);
  if (Array.isArray(choice)) return exampleOf(choice[0], root, depth + 1);
  return exampleOfType(rules, root, depth);
}

function exampleOfType(rules: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown {
  const type = Array.isArray(rules.type) ? rules.type[0] : rules.type;
  switch (type) {
    case "string":
      return "sandbox".padEnd(Number(rules.minLength ?? 0), "x");
    case "number":
    case "integer":
      return Math.ceil(Number(rules.minimum ?? 1));
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return Array.from({ length: Math.min(8, Number(rules.minItems ?? 1)) }, () =>
        exampleOf(rules.items, root, depth + 1),
      );
    default:
      return exampleOfObject(rules, root, depth);
  }
}

function exampleOfObject(rules: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown {
  const properties = objectIn(rules.properties) ?? {};
  const required = Array.isArray(rules.required) ? rules.required.map(String) : Object.keys(properties);
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name], root, depth + 1)]));
}

function definitionOf(reference: string, root: unknown): unknown {
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  return path.reduce<unknown>(
    (value, step) => objectIn(value)?.[step.replaceAll("~1", "/").replaceAll("~0", "~")],
    root,
  );
}
