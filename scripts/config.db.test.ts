import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDb } from "#lib/platform/db";
import { createTestDatabase } from "#tests/support/database";

const EXAMPLE = "docs/examples/switchyard.yaml";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
let file: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "switchyard-config-command-"));
  file = join(folder, "mine.yaml");
  const settings = { DATABASE_URL: database.databaseUrl, SECRETS_KEY: randomBytes(32).toString("base64") };
  await writeFile(join(folder, "runtime.json"), JSON.stringify(settings));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

const run = (...args: string[]) =>
  new Promise<Outcome>((resolve) => {
    execFile(process.execPath, ["scripts/config.ts", ...args], { env: { NODE_ENV: "test" } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const onDatabase = (...args: string[]) => run(...args, "--data-dir", folder);

test("validate: the example of the documents is right", async () => {
  expect(await run("validate", EXAMPLE)).toMatchObject({
    code: 0,
    out: expect.stringContaining("valid configuration"),
  });
});

test("validate: says file, line, path and reason of everything wrong, and exits 1", async () => {
  const text = await readFile(EXAMPLE, "utf8");
  await writeFile(
    file,
    text.replace("provider: groq", "provider: grok").replace("- id: groq\n    kind", "- id: sandbox\n    kind"),
  );
  const { code, out, err } = await run("validate", file);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  const line = text.split("\n").findIndex((each) => each.includes("provider: groq")) + 1;
  expect(err).toContain(`${file}:${line}: error: models[1].deployments[0].provider: there is no provider "grok"`);
  expect(err).toContain('providers[1].id: "sandbox" is already used at providers[0].id');
  expect(err).toContain("2 errors");
});

test("one message and exit 1: no such file, no command, an unknown flag, no settings", async () => {
  const wrong = [
    ["validate", "/nowhere.yaml"],
    [],
    ["validate"],
    ["destroy", EXAMPLE],
    ["validate", EXAMPLE, "--force"],
  ];
  for (const args of [...wrong, ["export", "--data-dir", "/nowhere"]]) {
    const { code, out, err } = await run(...args);
    expect({ code, out }, args.join(" ")).toEqual({ code: 1, out: "" });
    expect(err, args.join(" ")).not.toMatch(/\n\s+at /);
    expect(err.length, args.join(" ")).toBeGreaterThan(10);
  }
});

test("apply, diff, apply again, export: a round trip that shows no secret", async () => {
  const text = (await readFile(EXAMPLE, "utf8")).replace("env:GROQ_API_KEY_SPARE", "literal:sk-very-secret");
  await writeFile(file, text);
  const first = await onDatabase("apply", file, "--message", "first", "--author", "tester");
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining("Version 1 is active (the first version).") });
  expect(await onDatabase("apply", file)).toMatchObject({ code: 0, out: expect.stringContaining("nothing to do") });
  await writeFile(file, text.replace("input: 0.59, output: 0.79", "input: 0.60, output: 0.79"));
  const diff = await onDatabase("diff", file);
  expect(diff.out).toContain('Against version 1:\n~ models[llama-3.3-70b].price.input: "0.59" -> "0.6"');
  const second = await onDatabase("apply", file, "--expected-version", "1");
  expect(second.out).toContain("Version 2 is active (1 change).");
  expect(await onDatabase("apply", EXAMPLE, "--expected-version", "1")).toMatchObject({ code: 1 });
  const copy = join(folder, "copy.yaml");
  expect(await onDatabase("export", copy)).toMatchObject({ code: 0 });
  const exported = await readFile(copy, "utf8");
  expect(exported).toMatch(/secret: secret:groq\/spare\/[0-9a-f]{16}/);
  expect(await onDatabase("apply", copy)).toMatchObject({ code: 0, out: expect.stringContaining("nothing to do") });
  const older = await onDatabase("export", "--version", "1");
  expect(older.out).toContain("input: 0.59");
  expect(JSON.stringify([first, diff, second, exported, older])).not.toContain("sk-very-secret");
});

test("apply replaces an active version that this build cannot read, and diff and export say what it is", async () => {
  const db = openDb(database.databaseUrl, 1);
  const document = { version: 1, providers: [], models: [], guardrails: [] };
  const activations = { create: { actor: "newer" } };
  const data = { document, checksum: "newer", author: "newer", message: "newer", activations };
  const { number } = await db.configVersion.create({ data, select: { number: true } });
  await db.$disconnect();
  const unreadable = `version ${number} is in a form that this build cannot read`;
  expect(await onDatabase("export")).toMatchObject({ code: 1, err: expect.stringContaining(unreadable) });
  const compared = await onDatabase("diff", EXAMPLE);
  expect(compared, compared.err).toMatchObject({ code: 0, out: expect.stringContaining(unreadable) });
  const applied = await onDatabase("apply", EXAMPLE);
  expect(applied).toMatchObject({ code: 0, out: expect.stringContaining(unreadable) });
  expect(applied.out).toContain(`Version ${number + 1} is active (in place of version ${number}).`);
  expect((await onDatabase("diff", EXAMPLE)).out).toContain("is the same as the active version");
});
