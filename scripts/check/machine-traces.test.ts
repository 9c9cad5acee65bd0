import { resolve } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";
import { inScratchTree } from "./scratch-tree.ts";

const check = (files: Readonly<Record<string, string>>) =>
  inScratchTree(files, [], async (root) => {
    await runCommand("git", ["init", "--quiet"], root);
    return runCommand(process.execPath, [resolve("scripts/check/machine-traces.ts")], root);
  });

test("a repository without traces of a machine passes", async () => {
  const files = { "a.md": "See lib/base and `GET /v1/models`, /api/tmp/x, https://example.com/work/1", "b.ts": "" };
  expect(await check(files)).toMatchObject({ code: 0 });
});

test("refused, with file and line: every trace", async () => {
  // Joined here, so that the check does not find them in this file.
  const { code, output } = await check({
    "home.md": ["\nsee /", "root/", "notes"].join(""),
    "scratch.sh": ["cd '/", "tmp/", "x'"].join(""),
    "hosts.txt": ["https://registry.", "npmjs.org/zod"].join(""),
    "settings.txt": ["//host/:_auth", "Token=abc"].join(""),
    "lock.json": ['{\n  "resol', 'ved": "https://example.com/x.tgz"\n}'].join(""),
  });
  expect(output).toContain("home.md:2: a path of one machine");
  expect(output).toContain("scratch.sh:1: a path of one machine");
  expect(output).toContain("hosts.txt:1: a registry host");
  expect(output).toContain("settings.txt:1: a registry credential");
  expect(output).toContain("lock.json:2: a resolved address");
  expect(code).toBe(1);
});
