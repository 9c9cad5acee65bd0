import { randomBytes } from "node:crypto";

const SLUG_CHARS_MAX = 32;

/** Gives the URL name of an organisation: readable where the name allows it, and never taken. */
export function slugOf(name: string): string {
  const readable = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_CHARS_MAX)
    .replace(/^-+|-+$/g, "");
  return `${readable || "org"}-${randomBytes(4).toString("hex")}`;
}
