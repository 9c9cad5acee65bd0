import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import { checkConfiguration } from "#lib/gateway/configuration/check";
import { formatIssue } from "#lib/gateway/configuration/issue";
import type { ConfigDeps } from "./config-deps.ts";
import { findVersion, type StoredVersion } from "./read-config.ts";
import { ActivateConfigInput } from "./schema.ts";
import { findActive, lockPublishing, nameOfActor, requireExpected } from "./versions.ts";

/** Makes a stored version the active one: the way back. Refuses one that this build would not accept today. */
export async function activateConfig(
  ctx: PlatformContext,
  raw: z.input<typeof ActivateConfigInput>,
  deps: Pick<ConfigDeps, "registry">,
) {
  requirePermission(ctx, "config.write");
  const { number, expectedVersion } = ActivateConfigInput.parse(raw);
  return ctx.db.$transaction(async (tx) => {
    await lockPublishing(tx);
    const active = await findActive(tx);
    requireExpected(expectedVersion, active);
    requireAcceptable(await findVersion(tx, number), deps);
    if (active?.number === number) return { number, isActivated: false };
    await tx.configActivation.create({ data: { version: number, actor: nameOfActor(ctx.actor) } });
    await audit(tx, ctx, {
      action: "config.activate",
      target: `${number}`,
      before: { version: active?.number ?? null },
      after: { version: number },
    });
    await notify(tx, CHANNELS.configActivated, `${number}`);
    return { number, isActivated: true };
  });
}

function requireAcceptable(version: StoredVersion | null, { registry }: Pick<ConfigDeps, "registry">): void {
  if (!version) return;
  const [first] = checkConfiguration(version.document, registry).errors;
  if (!first) return;
  throw new AppError("conflict", `Version ${version.number} cannot be activated: ${formatIssue(first)}`, {
    param: "number",
  });
}
