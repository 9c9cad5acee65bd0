import type { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { diffConfiguration } from "#lib/gateway/configuration/diff";
import type { ConfigurationDocument } from "#lib/gateway/configuration/document";
import type { ConfigDeps } from "./config-deps.ts";
import { prepareDocument } from "./prepare-document.ts";
import { findVersion } from "./read-config.ts";
import { DiffConfigInput } from "./schema.ts";

const EMPTY: ConfigurationDocument = { version: 1, providers: [], models: [] };

/** Compares a version (the active one by default) with another, or with a source that is not stored. */
export async function diffConfig(ctx: PlatformContext, raw: z.input<typeof DiffConfigInput>, deps: ConfigDeps) {
  requirePermission(ctx, "config.read");
  const { from, to, source } = DiffConfigInput.parse(raw);
  const before = await findVersion(ctx.db, from);
  const after = to === undefined ? prepareDocument(source, deps) : await findVersion(ctx.db, to);
  return {
    from: before?.number ?? null,
    lines: diffConfiguration(before?.document ?? EMPTY, after?.document ?? EMPTY),
  };
}
