/** One metric in Prometheus' text form: its head, and the value of each series by name and labels. */
export type Family = { readonly kind: string; readonly head: string; readonly series: Map<string, number> };

export type Families = ReadonlyMap<string, Family>;

/** What one process says of itself. */
export type Part = { readonly process: string; readonly families: Families };

const HEAD = /^# (HELP|TYPE) (\S+) (.*)$/;

/** Reads what this gateway renders: the head of each metric before its series, no times. */
export function parseMetrics(text: string): Families {
  const families = new Map<string, Family>();
  let current: Family | undefined;
  let help = "";
  for (const line of text.split("\n")) {
    const [, word, name = "", rest = ""] = HEAD.exec(line) ?? [];
    if (word === "HELP") help = line;
    else if (word === "TYPE") {
      current = families.get(name) ?? { kind: rest, head: `${help}\n${line}`, series: new Map() };
      families.set(name, current);
    } else if (line !== "") {
      const end = line.lastIndexOf(" ");
      current?.series.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }
  return families;
}

/**
 * The metrics of all processes as one text. What only grows is added up, with that of processes which are gone, so
 * that it never shrinks; a level is told for each process under the label `process`, for its sum may mean nothing.
 */
export function mergeMetrics(parts: readonly Part[], gone: Families): string {
  const merged = new Map<string, Family>();
  addGrowing(merged, gone);
  for (const { process, families } of parts) {
    addGrowing(merged, families);
    for (const [name, family] of families) {
      if (isGrowing(family)) continue;
      const { series } = familyIn(merged, name, family);
      for (const [key, value] of family.series) series.set(labelled(key, process), value);
    }
  }
  return [...merged.values()].map(renderFamily).join("");
}

/** Adds what only grows to what there is. */
export function addGrowing(sums: Map<string, Family>, families: Families): void {
  for (const [name, family] of families) {
    if (!isGrowing(family)) continue;
    const { series } = familyIn(sums, name, family);
    for (const [key, value] of family.series) series.set(key, (series.get(key) ?? 0) + value);
  }
}

const isGrowing = ({ kind }: Family) => kind === "counter" || kind === "histogram";

function familyIn(families: Map<string, Family>, name: string, { kind, head }: Family): Family {
  const known = families.get(name);
  if (known) return known;
  const made: Family = { kind, head, series: new Map() };
  families.set(name, made);
  return made;
}

const labelled = (key: string, process: string) =>
  key.endsWith("}") ? `${key.slice(0, -1)},process="${process}"}` : `${key}{process="${process}"}`;

const renderFamily = ({ head, series }: Family) =>
  `${head}\n${[...series].map(([key, value]) => `${key} ${value}\n`).join("")}`;
