import { resolve } from "node:path";
import { z } from "zod";
import { LINT_CLEAN, LINT_GROUND, LINT_PLANTS } from "./lint-plants.ts";
import { runCommand } from "./run-command.ts";
import { inScratchTree } from "./scratch-tree.ts";

const report = z.object({
  diagnostics: z.array(
    z.object({ category: z.string(), location: z.object({ path: z.string().nullish() }).nullish() }),
  ),
});

const [clean, planted] = await Promise.all([
  inScratchTree(LINT_CLEAN, ["biome.json", ".gitignore"], lint),
  inScratchTree(
    { ...LINT_CLEAN, ...LINT_GROUND, ...Object.fromEntries(LINT_PLANTS.map(({ file, text }) => [file, text])) },
    ["biome.json", ".gitignore"],
    lint,
  ),
]);
const silent = LINT_PLANTS.filter(
  ({ rule, file }) => !planted.some((found) => found.category === rule && found.file.endsWith(file)),
);
const problems = [
  ...clean.map(({ category, file }) => `A clean file is reported: ${file}: ${category}`),
  ...silent.map(({ rule, file }) => `Rule ${rule} did not report the violation planted in ${file}`),
];
process.stdout.write([`${LINT_PLANTS.length} rules shown a violation`, ...problems, ""].join("\n"));
process.exitCode = problems.length > 0 ? 1 : 0;

async function lint(root: string) {
  const args = ["lint", "--reporter=json", "--max-diagnostics=none", "--error-on-warnings", "."];
  const { stdout, output } = await runCommand(resolve("node_modules/.bin/biome"), args, root);
  const start = stdout.indexOf("{");
  if (start < 0) throw new Error(`Biome gave no report:\n${output}`);
  return report
    .parse(JSON.parse(stdout.slice(start)))
    .diagnostics.map((found) => ({ category: found.category, file: found.location?.path ?? "" }));
}
