import { AppError } from "#lib/base/errors";
import type { Actor } from "#lib/features/context";
import { type ConfigurationDocument, parseDocument } from "#lib/gateway/configuration/document";
import type { Tx } from "#lib/platform/db";

// Any constant will do, as long as nothing else takes the same lock.
const PUBLISHING_LOCK = 7_103_515_001n;

export type VersionFacts = {
  readonly number: number;
  readonly author: string;
  readonly message: string;
  readonly checksum: string;
  readonly createdAt: string;
  readonly isActive: boolean;
};

export const VERSION_FACTS = { number: true, author: true, message: true, checksum: true, createdAt: true } as const;

/** Lets one publisher or activator at a time decide what is active; released at the end of the transaction. */
export async function lockPublishing(tx: Pick<Tx, "$executeRaw">): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PUBLISHING_LOCK})`;
}

/** Gives the number and checksum of the active version, or nothing before the first activation. */
export async function findActive(tx: Pick<Tx, "configActivation">) {
  const newest = await tx.configActivation.findFirst({
    orderBy: { id: "desc" },
    select: { configVersion: { select: { number: true, checksum: true } } },
  });
  return newest?.configVersion ?? null;
}

/** Refuses when another version than the one the author saw is active. */
export function requireExpected(expected: number | undefined, active: { readonly number: number } | null): void {
  const number = active?.number ?? 0;
  if (expected === undefined || expected === number) return;
  throw new AppError(
    "conflict",
    `Version ${number} is active by now, not version ${expected}. Read it and try again.`,
    {
      param: "expectedVersion",
    },
  );
}

/** A version in a form this build does not know: one that a newer build has published. */
export class UnreadableVersion extends AppError {
  readonly number: number;

  constructor(number: number) {
    super(
      "conflict",
      `Configuration version ${number} is in a form that this build cannot read. Publish another in its place, or run the build that wrote it.`,
      { param: "number" },
    );
    this.number = number;
  }
}

/** Reads a document as it was stored. */
export function storedDocument(number: number, value: unknown): ConfigurationDocument {
  const parsed = parseDocument(value);
  if (!parsed.ok) throw new UnreadableVersion(number);
  return parsed.document;
}

export const nameOfActor = (actor: Actor) => `${actor.kind}:${actor.id}`;

export const versionFacts = (
  row: Omit<VersionFacts, "createdAt" | "isActive"> & { readonly createdAt: Date },
  active: { readonly number: number } | null,
): VersionFacts => ({ ...row, createdAt: row.createdAt.toISOString(), isActive: row.number === active?.number });
