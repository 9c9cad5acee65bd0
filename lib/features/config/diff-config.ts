import type { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { diffConfiguration } from "#lib/gateway/configuration/diff";
import type { ConfigurationDocument } from "#lib/gateway/configuration/document";
import type { ConfigDeps } from "./config-deps.ts";
import { prepareDocument } from "./prepare-document.ts";
import { findVersion } from "./read-config.ts";
import { DiffConfigInput } from "./schema.ts";
import { UnreadableVersion } from "./versions.ts";

const EMPTY: ConfigurationDocument = { version: 1, providers: [], models: [] };

/** Compares a version (the active one by default) with another, or with a source that is not stored. */
export async function diffConfig(ctx: PlatformContext, raw: z.input<typeof DiffConfigInput>, deps: ConfigDeps) {
  requirePermission(ctx, "config.read");
  const { from, to, source } = DiffConfigInput.parse(raw);
  const before = await findBefore(ctx.db, from);
  const after = to === undefined ? prepareDocument(source, deps) : await findVersion(ctx.db, to);
  const { number, document } = before ?? { number: null, document: EMPTY };
  return {
    from: number,
    isReadable: document !== undefined,
    lines: document === undefined ? [] : diffConfiguration(document, after?.document ?? EMPTY),
  };
}

/** A version that this build cannot read has no document, and can be replaced all the same. */
async function findBefore(db: PlatformContext["db"], reference: number | "active") {
  try {
    return await findVersion(db, reference);
  } catch (thrown) {
    if (thrown instanceof UnreadableVersion) return { number: thrown.number, document: undefined };
    throw thrown;
  }
}
