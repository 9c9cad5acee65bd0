import type { Plant } from "./layer-plants.ts";

const plant = (rule: string, text: string, file = `lib/base/${rule.split("/").at(-1)?.toLowerCase()}.ts`): Plant => ({
  rule,
  file,
  text,
});

const linesOf = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

const longFile = `${linesOf(301, (index) => `export const value${index} = ${index};`)}\n`;
const longFunction = (lines: number) =>
  `export function grow(list: number[]) {\n${linesOf(lines, (index) => `  list.push(${index});`)}\n}\n`;
const nestedIfs = [
  "export function tangle(a: number, b: number) {",
  "  if (a > 1) { if (b > 1) { if (a > 2) { if (b > 2) { if (a > 3) return 1; } } } }",
  "  return 0;",
  "}",
  "",
].join("\n");
const promiseOf = "export async function later() {\n  return await Promise.resolve(1);\n}\n";
const switchOverTwo = [
  'type Side = "left" | "right";',
  "export function turn(side: Side) {",
  "  switch (side) {",
  '    case "left":',
  "      return 1;",
  "  }",
  "  return 0;",
  "}",
  "",
].join("\n");

export const LINT_PLANTS: readonly Plant[] = [
  plant("lint/suspicious/noExplicitAny", "export const wild: any = 1;\n"),
  plant("lint/suspicious/noConsole", 'console.log("here");\n'),
  plant(
    "lint/suspicious/noImportCycles",
    'import { other } from "./cycle-other.ts";\nexport const one = () => other;\n',
    "lib/base/cycle-one.ts",
  ),
  plant("lint/style/noNonNullAssertion", "export const sure = (list: number[]) => list[0]!.toFixed();\n"),
  plant("lint/style/noProcessEnv", "export const home = process.env.HOME;\n"),
  plant("lint/style/noDefaultExport", "export default function nameless() {}\n"),
  plant("lint/style/noEnum", 'export enum Side {\n  Left = "left",\n}\n'),
  plant("lint/style/noExcessiveLinesPerFile", longFile),
  plant("lint/style/noExcessiveLinesPerFile", longFile, "lib/base/long.test.ts"),
  plant("lint/style/noExcessiveLinesPerFile", longFile, "tests/e2e/long.e2e.ts"),
  plant("lint/style/noRestrictedImports", 'import { later } from "../../base/later.ts";\nexport const now = later;\n'),
  plant("lint/style/useFilenamingConvention", "export const value = 1;\n", "lib/base/notKebab.ts"),
  plant("lint/style/useImportType", 'import { Later } from "./later.ts";\nexport type Alias = Later;\n'),
  plant("lint/performance/noBarrelFile", 'export { later } from "./later.ts";\n'),
  plant("lint/performance/noReExportAll", 'export * from "./later.ts";\n'),
  plant("lint/complexity/noExcessiveLinesPerFunction", longFunction(61)),
  plant("lint/complexity/noExcessiveCognitiveComplexity", nestedIfs),
  plant(
    "lint/complexity/useMaxParams",
    "export const sum = (a: number, b: number, c: number, d: number) => a + b + c + d;\n",
  ),
  plant("lint/correctness/noUnusedImports", 'import { later } from "./later.ts";\n'),
  plant("lint/correctness/noUnusedVariables", "const unused = 1;\nexport const used = 2;\n"),
  plant("lint/style/useNodejsImportProtocol", 'import { join } from "path";\nexport const joined = join("a", "b");\n'),
  plant("lint/correctness/useImportExtensions", 'import { later } from "./later";\nexport const now = later;\n'),
  plant(
    "lint/nursery/noFloatingPromises",
    'import { later } from "./later.ts";\nexport function forget() {\n  later();\n}\n',
  ),
  plant(
    "lint/nursery/noMisusedPromises",
    'import { later } from "./later.ts";\nexport const odd = () => {\n  if (later()) return 1;\n  return 0;\n};\n',
  ),
  plant("lint/nursery/useExhaustiveSwitchCases", switchOverTwo),
  plant(
    "suppressions/parse",
    "// biome-ignore lint/suspicious/noExplicitAny\nexport const wild: any = 1;\n",
    "lib/base/no-reason.ts",
  ),
];

/** Files that must pass: what the plants import, and every exemption of the conventions. */
export const LINT_CLEAN: Readonly<Record<string, string>> = {
  "lib/base/later.ts": `${promiseOf}\nexport type Later = number;\n`,
  "lib/platform/config.ts": "export const loadConfig = (env = process.env) => env.HOME;\n",
  "app/(portal)/o/[org]/page.tsx": "export default function Page() {\n  return null;\n}\n",
  "app/(portal)/o/[org]/camelCase.ts": "export const value = 1;\n",
  "prisma.config.ts": "export default {};\n",
  "components/ui/table.tsx": longFile,
  "components/panel.tsx": longFunction(110),
  "lib/base/later.test.ts": longFunction(70),
  "lib/base/fixtures/later.ts": longFile + longFunction(70),
  "lib/base/reasoned.ts":
    "// biome-ignore lint/suspicious/noExplicitAny: the library gives no type\nexport const wild: any = 1;\n",
};

/** The other half of the cycle that is planted. */
export const LINT_GROUND: Readonly<Record<string, string>> = {
  "lib/base/cycle-other.ts": 'import { one } from "./cycle-one.ts";\n\nexport const other = () => one;\n',
};
