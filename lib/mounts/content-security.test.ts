import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { SONNER_STYLE } from "./content-security.ts";

test("the policy allows exactly the style sheet that the installed toast library inserts", () => {
  const folder = dirname(createRequire(import.meta.url).resolve("sonner/dist/styles.css"));
  const source = readFileSync(join(folder, "index.mjs"), "utf8");
  const literal = /^__insertCSS\((".*")\);$/m.exec(source)?.[1] ?? '""';
  const digest = createHash("sha256").update(JSON.parse(literal)).digest("base64");
  expect(SONNER_STYLE).toBe(`'sha256-${digest}'`);
});
