import { newId } from "#lib/base/ids";
import type { Tx } from "#lib/platform/db";
import type { PlatformContext } from "./context.ts";

type AuditFact = {
  readonly action: string;
  readonly target: string;
  readonly before?: Readonly<Record<string, string | number | boolean | null>>;
  readonly after?: Readonly<Record<string, string | number | boolean | null>>;
};

/** Writes one audit row in the caller's transaction. Takes plain facts: never a secret or its hash. */
export async function audit(tx: Pick<Tx, "auditLog">, ctx: PlatformContext, fact: AuditFact): Promise<void> {
  await tx.auditLog.create({
    data: {
      id: newId(),
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      orgId: ctx.orgId,
      action: fact.action,
      target: fact.target,
      before: fact.before,
      after: fact.after,
      ip: ctx.ip,
    },
  });
}
