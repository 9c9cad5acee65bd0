import { createHash } from "node:crypto";

/** The longest name of a function that all upstreams take. */
const NAME_MAX = 64;
const DIGITS = 8;

/** Gives a grouped tool one name that upstreams without groups take: the same one each turn, and no two the same. */
export function flatName(namespace: string, name: string): string {
  const joined = `${namespace}__${name}`;
  const flat = joined.replace(/[^A-Za-z0-9_-]/g, "_");
  if (flat === joined && flat.length <= NAME_MAX) return flat;
  const digest = createHash("sha256").update(joined).digest("hex").slice(0, DIGITS);
  return `${flat.slice(0, NAME_MAX - DIGITS - 1)}_${digest}`;
}
