import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import type { ConfigurationDocument } from "#lib/gateway/configuration/document";
import type { Tx } from "#lib/platform/db";
import { ReadConfigInput } from "./schema.ts";
import { findActive, storedDocument, VERSION_FACTS, type VersionFacts, versionFacts } from "./versions.ts";

export type StoredVersion = VersionFacts & { readonly document: ConfigurationDocument };

/** Reads one version with its document. Secrets stand in it by name only. */
export async function readConfig(ctx: PlatformContext, raw: z.input<typeof ReadConfigInput>): Promise<StoredVersion> {
  requirePermission(ctx, "config.read");
  const { number } = ReadConfigInput.parse(raw);
  const found = await findVersion(ctx.db, number);
  if (!found) throw new AppError("not_found", "No configuration is active yet.");
  return found;
}

/** Gives a version by number, refusing an unknown one with 404; gives nothing when none is active and that was asked for. */
export async function findVersion(
  tx: Pick<Tx, "configVersion" | "configActivation">,
  reference: number | "active",
): Promise<StoredVersion | null> {
  const active = await findActive(tx);
  const number = reference === "active" ? active?.number : reference;
  if (number === undefined) return null;
  const row = await tx.configVersion.findUnique({ where: { number }, select: { ...VERSION_FACTS, document: true } });
  if (!row) throw new AppError("not_found", `There is no configuration version ${number}.`, { param: "number" });
  const { document, ...facts } = row;
  return { ...versionFacts(facts, active), document: storedDocument(number, document) };
}
