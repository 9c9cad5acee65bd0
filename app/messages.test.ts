import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "@swc/core";
import { expect, test } from "vitest";
import { ERROR_STATUS } from "#lib/base/errors";
import en from "./messages/en.json" with { type: "json" };
import zh from "./messages/zh.json" with { type: "json" };

type Tree = { readonly [key: string]: string | Tree };

/** `keys.revoke.title` -> the text that stands there. */
function flat(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(path + key, value);
    else for (const entry of flat(value, `${path}${key}.`)) found.set(...entry);
  }
  return found;
}

/** What a text takes and which tags it has, whatever the order. */
const slotsOf = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)[,}]|<(\w+)>/g)].map(([, value, tag]) => value ?? `<${tag}>`))].sort();

const english = flat(en);
const chinese = flat(zh);

test("both languages say the same things", () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
});

test("both languages fill in the same values and tags", () => {
  for (const [key, text] of english) expect([key, slotsOf(chinese.get(key) ?? "")]).toEqual([key, slotsOf(text)]);
});

test("no text is empty, and Chinese is Chinese", () => {
  const same = ["layout.themes", "metadata.title", "home.brand", "keys.baseUrl", "optionsSummary", "usage.none"];
  for (const [key, text] of chinese) {
    expect(text.trim(), key).not.toBe("");
    if (!same.some((part) => key.includes(part)) && /[a-z]{3}/.test(english.get(key) ?? "")) {
      expect(text === "Token" || /[\u4e00-\u9fff]/.test(text), `${key}: ${text}`).toBe(true);
    }
  }
});

test("every error code has a text in both languages", () => {
  for (const code of [...Object.keys(ERROR_STATUS), "signed_out", "offline"]) {
    expect(Object.keys(en.errors)).toContain(code);
    expect(Object.keys(zh.errors)).toContain(code);
  }
});

const SPOKEN_ATTRIBUTES = new Set(["alt", "aria-label", "aria-description", "placeholder", "title", "label"]);
const LETTERS = /\p{L}/u;

test("no text stands in the markup instead of the messages", () => {
  const spoken = ["app", "components"].flatMap(sourcesUnder).flatMap(literalsOf);
  // The name of the product is the same in every language.
  expect(spoken.filter(({ text }) => text !== "Switchyard")).toEqual([]);
});

test("the search for text in the markup finds some", () => {
  const plant = '<p title="Hello">{flag ? "Yes" : t("no")} world {"again"}<Field label={t("x")} id="plain" /></p>';
  const texts = findLiterals(parseSync(plant, { syntax: "typescript", tsx: true })).map((text) => text.trim());
  expect(texts.sort()).toEqual(["Hello", "Yes", "again", "world"]);
});

const sourcesUnder = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".tsx"))
    .map((name) => join(folder, name));

const literalsOf = (file: string) =>
  findLiterals(parseSync(readFileSync(file, "utf8"), { syntax: "typescript", tsx: true })).map((text) => ({
    file,
    text: text.trim(),
  }));

function findLiterals(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(findLiterals);
  if (!isNode(node)) return [];
  const own = textOf(node);
  return [...own, ...Object.values(node).flatMap(findLiterals)].filter((text) => LETTERS.test(text));
}

function textOf(node: SwcNode): string[] {
  if (node.type === "JSXElement" || node.type === "JSXFragment") return [node.children].flat().flatMap(drawnIn);
  if (node.type === "JSXAttribute" && isNode(node.name) && SPOKEN_ATTRIBUTES.has(nameOf(node.name))) {
    return isNode(node.value) ? stringsIn(node.value) : [];
  }
  return [];
}

function drawnIn(child: unknown): string[] {
  if (!isNode(child)) return [];
  return child.type === "JSXText" ? [String(child.value)] : stringsIn(child);
}

/** Strings that are drawn: the expression itself or a branch of it, not the arguments of a call. */
function childStrings(node: SwcNode): string[] {
  if (node.type === "StringLiteral" || node.type === "TemplateLiteral") return stringsIn(node);
  if (node.type !== "ConditionalExpression") return [];
  return [node.consequent, node.alternate].filter(isNode).flatMap(childStrings);
}

function stringsIn(node: SwcNode): string[] {
  if (node.type === "StringLiteral") return [String(node.value)];
  if (node.type === "JSXExpressionContainer" && isNode(node.expression)) return childStrings(node.expression);
  return [];
}

type SwcNode = { readonly type: string; readonly [field: string]: unknown };
const isNode = (value: unknown): value is SwcNode => typeof value === "object" && value !== null && "type" in value;
const nameOf = (node: SwcNode) => String(node.value ?? node.name ?? "");
