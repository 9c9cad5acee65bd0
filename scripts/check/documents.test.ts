import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";
import { inScratchTree } from "./scratch-tree.ts";

const ERRORS = readFileSync("docs/errors.md", "utf8");
const GOOD: Readonly<Record<string, string>> = {
  "package.json": '{ "scripts": { "check": "true" } }',
  ".gitignore": ".data/\n",
  "README.md": "Run `npm run check`, read [the list](docs/errors.md) and `lib/base/x.ts`.\n",
  "AGENTS.md": "Copy `lib/base/<name>.ts`; data lies in `.data/runtime.json`.\n",
  "docs/errors.md": ERRORS,
  "docs/limits.md": "",
  "lib/base/errors.ts": "",
  "lib/base/x.ts": "",
};

const check = (changes: Readonly<Record<string, string>>) =>
  inScratchTree({ ...GOOD, ...changes }, [], (root) =>
    runCommand(process.execPath, [resolve("scripts/check/documents.ts")], root),
  );

test("documents that tell the truth pass", async () => {
  expect(await check({})).toMatchObject({ code: 0 });
});

test("refused, each by name: what is not there", async () => {
  const { code, output } = await check({
    "README.md": "`npm run fly`\n\n```\n.\n└── lib/\n    └── utils/  x\n```\n",
    "AGENTS.md": `see \`lib/base/gone.ts\`\n${"line\n".repeat(120)}`,
    "docs/a.md": "[a link](b.md) to `lost.ts`\n",
    "docs/errors.md": `${ERRORS.replace("| 402 |", "| 403 |")}| \`odd\` | 400 | x | y |\n`,
  });
  expect(output.split("\n").slice(1).filter(Boolean)).toEqual([
    "README.md: fly does not exist",
    "README.md: lib/utils/ does not exist",
    "AGENTS.md: lib/base/gone.ts does not exist",
    "docs/a.md: lost.ts does not exist",
    "docs/a.md: b.md does not exist",
    "AGENTS.md: 121 lines, fewer than 120 are wanted",
    "docs/errors.md: insufficient_funds 402 is not as in lib/base/errors.ts",
    "docs/errors.md: odd 400 is not as in lib/base/errors.ts",
  ]);
  expect(code).toBe(1);
});
