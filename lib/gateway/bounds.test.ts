import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BOUNDS } from "./bounds.ts";

const PAGE = readFileSync(new URL("../../docs/limits.md", import.meta.url), "utf8");
const KIB = 1024;
const MIB = 1024 * KIB;

/** As the page writes it: bytes in KiB or MiB, time in seconds where it is some, the rest as it is. */
function written(name: string, value: number): string {
  if (/Bytes/.test(name)) return value >= MIB ? `${value / MIB} MiB` : `${value / KIB} KiB`;
  if (name.endsWith("Ms")) return value >= 1_000 ? `${value / 1_000} s` : `${value} ms`;
  return value.toLocaleString("en-US");
}

it("docs/limits.md names every bound with its value, and no other", () => {
  const told = [...PAGE.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name, value?.trim()]);
  const held = Object.entries(BOUNDS).map(([name, value]) => [name, written(name, value)]);
  expect(told.toSorted()).toEqual(held.toSorted());
});
