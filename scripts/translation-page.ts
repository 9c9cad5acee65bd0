import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { GROUPS } from "#tests/contract/translation/cells";
import { type Feature, type Group, ORDER, outcomeOf } from "#tests/contract/translation/feature";

const PAGE = "docs/translation.md";
const TESTS = "tests/contract/translation";

const INTRODUCTION = `# What is carried between dialects

Any caller may stand in front of any upstream. Rows are what callers speak, columns what the upstream speaks. Where both
speak the same dialect the bytes pass through, so nothing is lost. This page is written by
\`node scripts/translation-page.ts\` from the table that the tests prove (\`${TESTS}/cells.ts\`); change it there.

| Word | Meaning |
| --- | --- |
| carried | It arrives and means the same. |
| moved | It arrives in another place or form, and is named in \`x-switchyard-dropped\`. |
| dropped | It is left out, which changes no meaning, and is named in \`x-switchyard-dropped\`. |
| refused | Without it the answer would be another: a 400 with the code \`not_translatable\` names the field, and no upstream is asked. |
| - | The caller's dialect has no words for it. |

Each cell is proven over real sockets, once for a whole answer and once for a stream, by what arrived upstream and by
what the caller got, both read without the gateway's own code. The title of its test is
\`<feature>: <caller> in front of <upstream> is <word>\`, in the file named beside the feature in \`${TESTS}\`.
Features in bold are promised: they are carried in all sixteen pairs.`;

const ALL_CARRIED = "cccc cccc cccc cccc";

/** Writes the page of the whole table. */
export const translationPage = (groups: readonly Group[] = GROUPS): string =>
  `${[INTRODUCTION, ...groups.map(sectionOf)].join("\n\n")}\n`;

function sectionOf({ title, features }: Group): string {
  const head = ["Feature", "Caller", ...ORDER, "Proven in"];
  const lines = [head, head.map(() => "---"), ...features.flatMap(rowsOf)].map((cells) => `| ${cells.join(" | ")} |`);
  const notes = features.flatMap(({ title: feature, note }) => (note ? [`- ${feature}: ${note}`] : []));
  const table = [`## ${title}`, lines.join("\n")];
  return (notes.length === 0 ? table : [...table, notes.join("\n")]).join("\n\n");
}

function rowsOf(feature: Feature): readonly (readonly string[])[] {
  const name = feature.isPromised ? `**${feature.title}**` : feature.title;
  const file = feature.provenIn ?? "pairs.test.ts";
  if (feature.cells === ALL_CARRIED) return [[name, "all four", ...ORDER.map(() => "carried"), file]];
  return ORDER.flatMap((caller) => {
    const cells = ORDER.map((upstream) => outcomeOf(feature, caller, upstream));
    return cells.every((cell) => cell === "unsayable") ? [] : [[name, caller, ...cells.map(wordOf), file]];
  });
}

const wordOf = (outcome: string) => (outcome === "unsayable" ? "-" : outcome);

/** Says whether the page in the repository is the one the table makes. */
export const isPageFresh = (): boolean => readFileSync(PAGE, "utf8") === translationPage();

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(PAGE, translationPage());
