import { createHash } from "node:crypto";
import { AppError } from "#lib/base/errors";
import type { ConfigurationDocument } from "#lib/gateway/configuration/document";
import { formatPath } from "#lib/gateway/configuration/issue";
import { readSource, type SourceIssue } from "#lib/gateway/configuration/read-source";
import { type TakenSecret, takeOutSecrets } from "#lib/gateway/configuration/take-out-secrets";
import { fingerprintOf } from "#lib/platform/envelope";
import type { ConfigDeps } from "./config-deps.ts";

const SHOWN_MAX = 20;

export type PreparedDocument = {
  /** Without literal secrets: fit to be stored and shown. */
  readonly document: ConfigurationDocument;
  readonly taken: readonly TakenSecret[];
  readonly checksum: string;
  readonly warnings: readonly SourceIssue[];
};

/** Reads a source that is to be stored or compared. Refuses a wrong one with all its problems. */
export function prepareDocument(source: unknown, { registry, secretsKey }: ConfigDeps): PreparedDocument {
  const read = readSource(source, registry);
  if (!read.ok) throw refusalOf(read.errors);
  const { document, taken } = takeOutSecrets(read.document, (value) => fingerprintOf(value, secretsKey));
  return { document, taken, checksum: checksumOf(document), warnings: read.warnings };
}

function refusalOf(errors: readonly SourceIssue[]): AppError {
  const shown = errors.slice(0, SHOWN_MAX).map(({ path, message }) => `${formatPath(path)}: ${message}`);
  const more = errors.length > SHOWN_MAX ? [`and ${errors.length - SHOWN_MAX} more`] : [];
  const [first] = errors;
  return new AppError("invalid_field", `The configuration is refused. ${[...shown, ...more].join("; ")}`, {
    param: first && formatPath(first.path),
  });
}

/** SHA-256 of the document with its fields in alphabetical order, so that equal documents have equal sums. */
function checksumOf(document: ConfigurationDocument): string {
  return createHash("sha256").update(JSON.stringify(document, sortedFields)).digest("hex");
}

const sortedFields = (_key: string, value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value;
