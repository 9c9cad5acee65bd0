import type { z } from "zod";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import type { Tx } from "#lib/platform/db";
import type { ConfigDeps } from "./config-deps.ts";
import { type PreparedDocument, prepareDocument } from "./prepare-document.ts";
import { PublishConfigInput } from "./schema.ts";
import { storeSecrets } from "./store-secrets.ts";
import { findActive, lockPublishing, nameOfActor, requireExpected } from "./versions.ts";

const TRANSACTION_TIMEOUT_MS = 15_000;

/** Stores a configuration as a new version and makes it the active one. What is active already is not stored again. */
export async function publishConfig(ctx: PlatformContext, raw: z.input<typeof PublishConfigInput>, deps: ConfigDeps) {
  requirePermission(ctx, "config.write");
  const { source, message, expectedVersion, author } = PublishConfigInput.parse(raw);
  const prepared = prepareDocument(source, deps);
  const signature = (ctx.actor.kind === "system" && author) || nameOfActor(ctx.actor);
  const published = await ctx.db.$transaction(
    async (tx) => {
      await lockPublishing(tx);
      const active = await findActive(tx);
      requireExpected(expectedVersion, active);
      if (active?.checksum === prepared.checksum) return { number: active.number, isNew: false };
      await storeSecrets(tx, prepared, deps);
      const number = await storeVersion(tx, prepared, { author: signature, message });
      await audit(tx, ctx, {
        action: "config.publish",
        target: `${number}`,
        before: { version: active?.number ?? null },
        after: { version: number, checksum: prepared.checksum, message },
      });
      await notify(tx, CHANNELS.configActivated, `${number}`);
      return { number, isNew: true };
    },
    { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS },
  );
  return { ...published, checksum: prepared.checksum, warnings: prepared.warnings };
}

type Signature = { readonly author: string; readonly message: string };

async function storeVersion(
  tx: Pick<Tx, "configVersion">,
  { document, checksum }: PreparedDocument,
  { author, message }: Signature,
): Promise<number> {
  const { number } = await tx.configVersion.create({
    data: {
      document: JSON.parse(JSON.stringify(document)),
      checksum,
      author,
      message,
      activations: { create: { actor: author } },
    },
    select: { number: true },
  });
  return number;
}
