import type { z } from "zod";
import { mintKey } from "#lib/base/api-key";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { listed } from "#lib/features/model-names";
import type { Tx } from "#lib/platform/db";
import { hashKey } from "#lib/platform/key-hash";
import { readAddresses } from "./read-addresses.ts";
import { CreateKeyInput } from "./schema.ts";

/** Creates a key of the organisation. The secret leaves once, in this answer; only its hash is stored. */
export async function createKey(
  ctx: FeatureContext,
  raw: z.input<typeof CreateKeyInput>,
  { keyPepper }: { readonly keyPepper: string },
) {
  requirePermission(ctx, "keys.write");
  const { name, kind, endpoints, models, ...input } = CreateKeyInput.parse(raw);
  const allowedIps = readAddresses(input.allowedIps);
  const createdAt = ctx.now();
  const expiresAt = expiryOf(input.expiresAt, createdAt);
  const { secret, publicId, last4 } = mintKey(kind);
  const key = { id: newId(), name, kind, publicId, last4, createdAt, expiresAt, endpoints, models, allowedIps };
  const projectId = await ctx.db.$transaction(async (tx) => {
    const project = await findProject(tx, ctx.orgId, input.projectId);
    await tx.apiKey.create({
      data: {
        ...key,
        orgId: ctx.orgId,
        projectId: project,
        createdById: ctx.actor.kind === "user" ? ctx.actor.id : null,
        hash: new Uint8Array(hashKey(secret, keyPepper)),
      },
    });
    const after = {
      ...{ name, kind, publicId, projectId: project, expiresAt: expiresAt?.toISOString() ?? null },
      ...{ endpoints: listed(endpoints), models: listed(models), allowedIps: listed(allowedIps) },
    };
    await audit(tx, ctx, { action: "key.create", target: key.id, after });
    return project;
  });
  return {
    ...key,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    projectId,
    secret,
  };
}

function expiryOf(text: string | undefined, now: Date): Date | null {
  if (text === undefined) return null;
  const expiresAt = new Date(text);
  if (expiresAt > now) return expiresAt;
  throw new AppError("invalid_field", "A key must expire in the future.", { param: "expiresAt" });
}

async function findProject(tx: Tx, orgId: string, projectId: string | undefined): Promise<string | null> {
  const project = await tx.project.findFirst({
    where: { id: projectId, orgId, archivedAt: null },
    orderBy: { id: "asc" },
    select: { id: true },
  });
  if (project || projectId === undefined) return project?.id ?? null;
  throw new AppError("not_found", "There is no such project.", { param: "projectId" });
}
