import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { z } from "zod";
import { CLEAN_TREE, PLANT_GROUND, PLANTS, type Plant } from "./layer-plants.ts";
import { runCommand } from "./run-command.ts";
import { inScratchTree } from "./scratch-tree.ts";

const SETTINGS = [".dependency-cruiser.cjs", "package.json", "tsconfig.json"];
const ROOTS = ["app", "bench", "components", "inngest", "lib", "prisma", "scripts", "tests"].concat([
  "middleware.ts",
  "server.ts",
  "worker.ts",
  "prisma.config.ts",
  "vitest.config.ts",
  "next.config.js",
]);

const cruiseResult = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    totalDependenciesCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});
type CruiseResult = z.infer<typeof cruiseResult>;

const ruleSet = z.object({
  forbidden: z.array(z.object({ name: z.string(), from: z.object({ path: z.string().optional() }) })),
});

const { forbidden } = ruleSet.parse(createRequire(import.meta.url)(resolve(".dependency-cruiser.cjs")));
const ruleNames = new Set(forbidden.map((rule) => rule.name));
// Made from the page folders that exist, so absent while there is none.
ruleNames.add("pages-are-islands");

const results = await Promise.allSettled([checkProject(), checkCleanTree(), checkPlants()]);
const problems = results.flatMap((result) => (result.status === "fulfilled" ? result.value : [String(result.reason)]));
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function checkProject(): Promise<string[]> {
  const result = await cruise(process.cwd());
  const layers = forbidden.filter((rule) => rule.name.endsWith("-imports-only-downwards"));
  const homeless = result.modules
    .map((module) => module.source)
    .filter((source) => source.startsWith("lib/"))
    .filter((source) => !layers.some((layer) => new RegExp(layer.from.path ?? "").test(source)));
  process.stdout.write(
    `${result.modules.length} modules, ${result.summary.totalDependenciesCruised} imports, ${ruleNames.size} rules\n`,
  );
  return [...describe(result), ...homeless.map((source) => `${source}: lies in no layer of .dependency-cruiser.cjs`)];
}

async function checkCleanTree(): Promise<string[]> {
  const result = await inScratchTree(CLEAN_TREE, SETTINGS, cruise);
  return describe(result).map((line) => `A clean tree is reported: ${line}`);
}

/** Shows every rule a violation: a rule that stays silent guards nothing. */
async function checkPlants(): Promise<string[]> {
  const planted = Object.fromEntries(PLANTS.map((plant) => [plant.file, plant.text]));
  const result = await inScratchTree({ ...CLEAN_TREE, ...PLANT_GROUND, ...planted }, SETTINGS, cruise);
  const isReported = (plant: Plant) =>
    result.summary.violations.some((found) => found.from === plant.file && found.rule.name === plant.rule);
  const silent = PLANTS.filter((plant) => !isReported(plant));
  const unproven = [...ruleNames].filter((name) => !PLANTS.some((plant) => plant.rule === name));
  return [
    ...silent.map((plant) => `Rule ${plant.rule} did not report the violation planted in ${plant.file}`),
    ...unproven.map((name) => `Rule ${name} has no planted violation in scripts/check/layer-plants.ts`),
  ];
}

async function cruise(root: string): Promise<CruiseResult> {
  const bin = resolve("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const roots = ROOTS.filter((name) => existsSync(join(root, name)));
  const args = [bin, "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...roots];
  const { stdout, output } = await runCommand(process.execPath, args, root);
  if (!stdout.startsWith("{")) throw new Error(`dependency-cruiser gave no result:\n${output}`);
  return cruiseResult.parse(JSON.parse(stdout));
}

function describe(result: CruiseResult): string[] {
  return result.summary.violations.map((found) => `${found.from} -> ${found.to}: ${found.rule.name}`);
}
