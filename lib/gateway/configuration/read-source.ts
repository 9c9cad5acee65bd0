import { checkConfiguration } from "./check.ts";
import { type ConfigurationDocument, parseDocument } from "./document.ts";
import type { ConfigurationIssue } from "./issue.ts";
import type { ProviderRegistry } from "./provider-registry.ts";
import { type LineOf, parseYaml } from "./yaml.ts";

/** A finding with its line, where the source was text. */
export type SourceIssue = ConfigurationIssue & { readonly line?: number };

export type ReadSource =
  | { readonly ok: true; readonly document: ConfigurationDocument; readonly warnings: readonly SourceIssue[] }
  | { readonly ok: false; readonly errors: readonly SourceIssue[]; readonly warnings: readonly SourceIssue[] };

/** Reads a configuration from YAML or JSON text, or from a plain value: form first, then meaning, each with all its findings. */
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
  const warnings = checked.warnings.map(withLine);
  if (checked.errors.length > 0) return { ok: false, errors: checked.errors.map(withLine), warnings };
  return { ok: true, document: parsed.document, warnings };
}
