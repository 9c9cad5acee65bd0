import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "#lib/base/errors";
import { diffConfig } from "#lib/features/config/diff-config";
import { publishConfig } from "#lib/features/config/publish-config";
import { readConfig } from "#lib/features/config/read-config";
import { type PlatformContext, systemContext } from "#lib/features/context";
import { formatDiffLine } from "#lib/gateway/configuration/diff";
import { formatPath } from "#lib/gateway/configuration/issue";
import { readSource, type SourceIssue } from "#lib/gateway/configuration/read-source";
import { writeYaml } from "#lib/gateway/configuration/write-yaml";
import { providerOf } from "#lib/gateway/providers/registry";
import { loadConfig } from "#lib/platform/config";
import { openDb } from "#lib/platform/db";

const USAGE = `Usage: npm run config -- COMMAND

  validate FILE           say what is wrong with a file; needs no database
  diff FILE               say what applying the file would change
  apply FILE              store the file as a new version and make it the active one
  export [FILE]           write the active version as YAML, without secrets

  --data-dir DIR          where \`up\` keeps its settings (default .data); or set DATABASE_URL and SECRETS_KEY
  --message TEXT          apply: why
  --author NAME           apply: who
  --expected-version N    apply: only if version N is the active one
  --version N             export: this version instead of the active one
`;

const FLAGS = {
  "data-dir": { type: "string" },
  message: { type: "string" },
  author: { type: "string" },
  "expected-version": { type: "string" },
  version: { type: "string" },
} as const;

/** A failure whose message is all there is to say. */
class Stop extends Error {}

const registry = { providerOf };
const print = (text: string): void => void process.stdout.write(`${text}\n`);

type Flags = Readonly<Partial<Record<keyof typeof FLAGS, string>>>;
type Session = { readonly ctx: PlatformContext; readonly deps: { registry: typeof registry; secretsKey: string } };

try {
  const { values, positionals } = readArguments();
  await run(positionals, values);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Stop ? thrown.message : explained(thrown)}\n`);
  process.exitCode = 1;
}

function readArguments() {
  try {
    return parseArgs({ options: FLAGS, allowPositionals: true });
  } catch (cause) {
    throw new Stop(`${cause instanceof Error ? cause.message : cause}\n\n${USAGE}`);
  }
}

async function run([command, file, ...rest]: readonly string[], flags: Flags): Promise<void> {
  if (rest.length > 0) throw new Stop(USAGE);
  if (command === "export") return withDatabase(flags, (session) => exportTo(file, flags, session));
  if (file === undefined) throw new Stop(USAGE);
  const text = textOf(file);
  if (command === "validate") return validate(file, text);
  if (command === "diff") return withDatabase(flags, (session) => diff(file, text, session));
  if (command === "apply") return withDatabase(flags, (session) => apply({ file, text, flags }, session));
  throw new Stop(USAGE);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Stop(`${file} cannot be read.`);
  }
}

/** Prints warnings, and stops with every error at its line. */
function requireRight(file: string, text: string): void {
  const read = readSource(text, registry);
  const line = (kind: string) => (issue: SourceIssue) =>
    `${file}${issue.line === undefined ? "" : `:${issue.line}`}: ${kind}: ${formatPath(issue.path)}: ${issue.message}`;
  for (const warning of read.warnings) process.stderr.write(`${line("warning")(warning)}\n`);
  if (!read.ok) throw new Stop([...read.errors.map(line("error")), countOf(read.errors.length)].join("\n"));
}

function countOf(errors: number): string {
  return `${errors} ${errors === 1 ? "error" : "errors"}: nothing was changed.`;
}

function validate(file: string, text: string): void {
  requireRight(file, text);
  print(`${file} is a valid configuration.`);
}

async function diff(file: string, text: string, { ctx, deps }: Session): Promise<void> {
  requireRight(file, text);
  const { from, lines, isReadable } = await diffConfig(ctx, { source: text }, deps);
  if (!isReadable) return print(`${unreadable(from)} Applying ${file} would replace it whole.`);
  if (lines.length === 0) return print(`${file} is the same as the active version ${from}.`);
  print(
    [
      `Against ${from === null ? "nothing, for none is active yet" : `version ${from}`}:`,
      ...lines.map(formatDiffLine),
    ].join("\n"),
  );
}

function unreadable(number: number | null): string {
  return `The active version ${number} is in a form that this build cannot read: there is nothing to compare.`;
}

type Application = { readonly file: string; readonly text: string; readonly flags: Flags };

async function apply({ file, text, flags }: Application, { ctx, deps }: Session): Promise<void> {
  requireRight(file, text);
  const { from, lines, isReadable } = await diffConfig(ctx, { source: text }, deps);
  if (!isReadable) print(unreadable(from));
  const published = await publishConfig(
    ctx,
    {
      source: text,
      message: flags.message ?? `applied from ${basename(file)}`,
      author: flags.author,
      expectedVersion: wholeNumber(flags["expected-version"]),
    },
    deps,
  );
  if (!published.isNew) return print(`Version ${published.number} says the same already: nothing to do.`);
  const count = `${lines.length} ${lines.length === 1 ? "change" : "changes"}`;
  const change = from === null ? "the first version" : count;
  const what = isReadable ? change : `in place of version ${from}`;
  print([...lines.map(formatDiffLine), `Version ${published.number} is active (${what}).`].join("\n"));
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Stop(`${text} is not a version number.`);
}

async function exportTo(file: string | undefined, flags: Flags, { ctx }: Session): Promise<void> {
  const { document, number } = await readConfig(ctx, { number: wholeNumber(flags.version) ?? "active" });
  const text = writeYaml(document);
  if (file === undefined) return void process.stdout.write(text);
  writeFileSync(file, text);
  print(`Version ${number} is in ${file}.`);
}

async function withDatabase(flags: Flags, work: (session: Session) => Promise<void>): Promise<void> {
  // This command signs no session and checks no key, so it asks for neither of their settings.
  const unused = "not used by this command: ".padEnd(32, ".");
  const settings = loadConfig({ DATA_DIR: flags["data-dir"], AUTH_SECRET: unused, KEY_PEPPER: unused });
  const db = openDb(settings.DATABASE_URL, 2);
  const ctx = systemContext("config", db);
  try {
    await work({ ctx, deps: { registry, secretsKey: settings.SECRETS_KEY } });
  } finally {
    await db.$disconnect();
  }
}

function explained(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
