import { type Document, isNode, LineCounter, type Pair, parseDocument, visit, type YAMLError } from "yaml";
import { type ConfigurationIssue, ISSUES_MAX, type IssuePath } from "./issue.ts";
import { digitsIn, NUMBER_DIGITS_MAX } from "./price.ts";

const TEXT_LENGTH_MAX = 4 * 1_048_576;
const ALIASES_MAX = 100;
/** Of all anchors: for each alias the library looks through the document. */
const ALIASES_TOTAL_MAX = 1_000;

/** Gives the line (from 1) on which the value at a path, or the nearest thing around it, begins. */
export type LineOf = (path: IssuePath) => number | undefined;

export type YamlFault = ConfigurationIssue & { readonly line?: number };

export type ParsedYaml =
  | { readonly ok: true; readonly value: unknown; readonly lineOf: LineOf }
  | { readonly ok: false; readonly errors: readonly YamlFault[] };

/** Reads YAML (and so JSON) as a plain value. Messages never quote the text: it may hold a secret. */
export function parseYaml(text: string): ParsedYaml {
  if (text.length > TEXT_LENGTH_MAX) return refused("is longer than 4 MiB");
  const counter = new LineCounter();
  // Its own look at keys that are there twice compares each with all others.
  const options = { lineCounter: counter, prettyErrors: false, stringKeys: true, uniqueKeys: false };
  const document = parseDocument(text, options);
  const broken = [...document.errors, ...document.warnings].slice(0, ISSUES_MAX);
  const faults = broken.length > 0 ? broken.map((fault) => describe(fault, counter)) : refusedIn(document, counter);
  if (faults.length > 0) return { ok: false, errors: faults };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }), lineOf: lineFinder(document, counter) };
  } catch {
    return refused("uses an unknown anchor, or repeats anchors too often");
  }
}

const refused = (message: string): ParsedYaml => ({ ok: false, errors: [{ path: [], message }] });

const FAULTS: Partial<Record<YAMLError["code"], string>> = {
  BAD_INDENT: "is not indented as the lines around it, or a bracket is not closed",
  TAB_AS_INDENT: "is indented with a tab: use spaces",
  MULTIPLE_DOCS: "holds more than one document",
  MISSING_CHAR: "lacks a closing quote, bracket or colon",
  TAG_RESOLVE_FAILED: "uses a tag, which is not allowed here",
};

function describe({ code, pos }: YAMLError, counter: LineCounter): YamlFault {
  const message = FAULTS[code] ?? `is not valid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
  return { path: [], message, line: counter.linePos(pos[0]).line };
}

/** Finds fields given twice, numbers of more digits than a double holds (another would be read), and too many aliases. */
function refusedIn(document: Document, counter: LineCounter): YamlFault[] {
  const faults: YamlFault[] = [];
  const add = (message: string, node: unknown) => {
    const line = isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined;
    faults.push({ path: [], message, line });
    return faults.length < ISSUES_MAX ? undefined : visit.BREAK;
  };
  let aliases = 0;
  visit(document, {
    Alias: (_key, alias) => (++aliases > ALIASES_TOTAL_MAX ? add("repeats anchors too often", alias) : undefined),
    Map(_key, { items }) {
      const twice = firstRepeated(items);
      return twice === undefined ? undefined : add("names a field twice", twice);
    },
    Scalar(_key, scalar) {
      const { value, source } = scalar;
      if (typeof value !== "number" || source === undefined || digitsIn(source) <= NUMBER_DIGITS_MAX) return undefined;
      return add("has a number with more than 15 digits: write it in quotes", scalar);
    },
  });
  return faults;
}

function firstRepeated(items: readonly Pair[]): unknown {
  const seen = new Set<string>();
  for (const { key } of items) if (seen.size === seen.add(String(key)).size) return key;
  return undefined;
}

function lineFinder(document: Document, counter: LineCounter): LineOf {
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
    }
    return undefined;
  };
}
