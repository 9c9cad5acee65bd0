import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { z } from "zod";
import { ERROR_STATUS } from "#lib/base/errors";

const AGENTS_LINES_MAX = 120;
const SOURCE_NAME = /\w\.(?:ts|tsx|mjs|cjs|js|md|sql|prisma)$/;
const PATH_LIKE = /^(?!\.\/)[\w.@()[\]-]+(?:\/[\w.@()[\]-]+)*\/?$/;

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));
const ignored = readFileSync(".gitignore", "utf8")
  .split("\n")
  .filter((line) => line !== "");
const allNames = new Set(
  globSync("{app,bench,components,inngest,lib,prisma,scripts,tests,docs,public}/**/*").map((path) => basename(path)),
);

const documents = ["README.md", "README.zh.md", "AGENTS.md", ...globSync("docs/**/*.md")].filter((file) =>
  existsSync(file),
);
const problems = [...documents.flatMap(checkDocument), ...checkAgents(), ...checkErrorList()];
process.stdout.write([`${documents.length} documents read`, ...problems, ""].join("\n"));
process.exitCode = problems.length > 0 ? 1 : 0;

function checkDocument(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const missing = [
    ...[...text.matchAll(/npm run (?:--\S+ )*(\w[\w:-]*)/g)]
      .map((found) => found[1] ?? "")
      .filter((name) => !(name in scripts)),
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map((found) => found[1] ?? "").filter((span) => !isTrue(span)),
    ...[...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((found) => found[1] ?? "").filter((to) => !isLink(file, to)),
    ...pathsOfTrees(text).filter((path) => !existsSync(path)),
  ];
  return missing.map((name) => `${file}: ${name} does not exist`);
}

/** False only for what reads as a path of this repository and is not there. */
function isTrue(span: string): boolean {
  const path = span.replace(/\/?(?:<|\*).*$/, "");
  if (path === "" || !PATH_LIKE.test(path) || isIgnored(path)) return true;
  if (existsSync(path)) return true;
  if (path.includes("/")) return !existsSync(path.split("/")[0] ?? "");
  return !SOURCE_NAME.test(path) || allNames.has(path);
}

function isLink(file: string, target: string): boolean {
  return /^[a-z]+:/.test(target) || existsSync(normalize(join(dirname(file), decodeURI(target))));
}

function isIgnored(path: string): boolean {
  return ignored.some((entry) => path === entry || `${path}/`.startsWith(entry));
}

/** The paths of a drawn tree: a fenced block whose first line is a dot. */
function pathsOfTrees(text: string): string[] {
  return [...text.matchAll(/^```\w*\n\.\n([\s\S]*?)^```$/gm)].flatMap((block) => {
    const parents: string[] = [];
    return (block[1] ?? "").split("\n").flatMap((line) => {
      const drawn = /^([│ ]*)[├└]── (\S+)/.exec(line);
      if (drawn === null) return [];
      const depth = (drawn[1] ?? "").length / 4;
      parents.length = depth;
      parents.push(drawn[2] ?? "");
      return [join(...parents)];
    });
  });
}

function checkAgents(): string[] {
  const lines = readFileSync("AGENTS.md", "utf8").trimEnd().split("\n").length;
  return lines < AGENTS_LINES_MAX ? [] : [`AGENTS.md: ${lines} lines, fewer than ${AGENTS_LINES_MAX} are wanted`];
}

/** docs/errors.md lists every code with its status, and no other. */
function checkErrorList(): string[] {
  const rows = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)];
  const written = new Map(rows.map((row) => [row[1] ?? "", Number(row[2])]));
  const known = new Map<string, number>(Object.entries(ERROR_STATUS));
  return [
    ...[...known].filter(([code, status]) => written.get(code) !== status),
    ...[...written].filter(([code]) => !known.has(code)),
  ].map(([code, status]) => `docs/errors.md: ${code} ${status} is not as in lib/base/errors.ts`);
}
