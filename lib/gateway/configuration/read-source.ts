import { checkConfiguration } from "./check.ts";
import { type ConfigurationDocument, parseDocument } from "./document.ts";
import { type ConfigurationIssue, ISSUES_MAX } from "./issue.ts";
import type { ProviderRegistry } from "./provider-registry.ts";
import { type LineOf, parseYaml } from "./yaml.ts";

/** A finding with its line, where the source was text. */
export type SourceIssue = ConfigurationIssue & { readonly line?: number };

export type ReadSource =
  | { readonly ok: true; readonly document: ConfigurationDocument; readonly warnings: readonly SourceIssue[] }
  | { readonly ok: false; readonly errors: readonly SourceIssue[]; readonly warnings: readonly SourceIssue[] };

/** Reads a configuration from YAML or JSON text, or from a plain value: form first, then meaning, each with its findings, at most ISSUES_MAX. */
export function readSource(source: unknown, registry: ProviderRegistry): ReadSource {
  if (typeof source !== "string") return readValue(source, registry, () => undefined);
  const parsed = parseYaml(source);
  return parsed.ok
    ? readValue(parsed.value, registry, parsed.lineOf)
    : { ok: false, errors: parsed.errors, warnings: [] };
}

function readValue(value: unknown, registry: ProviderRegistry, lineOf: LineOf): ReadSource {
  const withLine = (issue: ConfigurationIssue): SourceIssue => ({ ...issue, line: lineOf(issue.path) });
  const parsed = parseDocument(value);
  if (!parsed.ok) return { ok: false, errors: parsed.errors.map(withLine), warnings: [] };
  const checked = checkConfiguration(parsed.document, registry);
  const warnings = checked.warnings.slice(0, ISSUES_MAX).map(withLine);
  const errors = checked.errors.slice(0, ISSUES_MAX).map(withLine);
  if (errors.length > 0) return { ok: false, errors, warnings };
  return { ok: true, document: parsed.document, warnings };
}
