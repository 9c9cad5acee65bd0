import type { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { formatPath } from "#lib/gateway/configuration/issue";
import { readSource, type SourceIssue } from "#lib/gateway/configuration/read-source";
import type { ConfigDeps } from "./config-deps.ts";
import { ValidateConfigInput } from "./schema.ts";

/** Says what is wrong with a configuration, without storing anything. */
export async function validateConfig(ctx: PlatformContext, raw: z.input<typeof ValidateConfigInput>, deps: ConfigDeps) {
  requirePermission(ctx, "config.read");
  const { source } = ValidateConfigInput.parse(raw);
  const read = readSource(source, deps.registry);
  return { isValid: read.ok, errors: read.ok ? [] : read.errors.map(shown), warnings: read.warnings.map(shown) };
}

const shown = ({ path, message, line }: SourceIssue) => ({ path: formatPath(path), message, line: line ?? null });
