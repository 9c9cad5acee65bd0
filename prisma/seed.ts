import { type KeyKind, mintKey } from "#lib/base/api-key";
import { newId } from "#lib/base/ids";
import { NANO_PER_USD, nanoUsd } from "#lib/base/units";
import { hashPassword } from "#lib/features/account/password";
import { publishConfig } from "#lib/features/config/publish-config";
import { systemContext } from "#lib/features/context";
import { providerOf } from "#lib/gateway/providers/registry";
import { credit } from "#lib/ledger/credit";
import { type Db, openDb, type Tx } from "#lib/platform/db";
import { hashKey } from "#lib/platform/key-hash";

type Keys = { readonly live: string; readonly test: string; readonly admin: string };

export type SeedOptions = {
  readonly databaseUrl: string;
  readonly keyPepper: string;
  readonly secretsKey: string;
  readonly password: string;
  /** Keys of an earlier seed, to be given back as they are. */
  readonly keys?: Keys;
};

export type Seeded = { readonly operator: { readonly email: string }; readonly keys: Keys; readonly orgId: string };

const OPERATOR_EMAIL = "operator@switchyard.local";
const ORG_SLUG = "demo";
const FIRST_CREDIT_ID = "01930000-0000-7000-8000-00000000c0de";
const FIRST_CREDIT = nanoUsd(10n * NANO_PER_USD);

/** Puts in what a first run needs: an operator, an organisation with ten dollars, its keys, a model that needs no credential. Safe to run twice. */
export async function seed(options: SeedOptions): Promise<Seeded> {
  const db = openDb(options.databaseUrl, 2);
  try {
    const passwordHash = await hashPassword(options.password);
    const seeded = await db.$transaction((tx) => plant(tx, options, passwordHash), { timeout: 20_000 });
    await plantConfiguration(db, options.secretsKey);
    return seeded;
  } finally {
    await db.$disconnect();
  }
}

async function plant(tx: Tx, options: SeedOptions, passwordHash: string): Promise<Seeded> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('switchyard_seed'))`;
  const userId = await plantOperator(tx, options, passwordHash);
  const { orgId, projectId } = await plantOrganization(tx, userId);
  const actor = "seed";
  await credit(tx, { orgId, amount: FIRST_CREDIT, reason: "Welcome credit", actor, transferId: FIRST_CREDIT_ID });
  const keys = options.keys ?? (await plantKeys(tx, { orgId, projectId, userId }, options.keyPepper));
  return { operator: { email: OPERATOR_EMAIL }, keys, orgId };
}

async function plantOperator(tx: Tx, options: SeedOptions, passwordHash: string): Promise<string> {
  const data = { name: "Operator", passwordHash, platformRole: "operator", emailVerifiedAt: new Date() };
  const user = await tx.user.upsert({
    where: { email: OPERATOR_EMAIL },
    create: { id: newId(), email: OPERATOR_EMAIL, ...data },
    // Whoever has no record of the password is shown a new one, and it must work.
    update: options.keys ? {} : { passwordHash },
  });
  return user.id;
}

async function plantOrganization(tx: Tx, userId: string): Promise<{ orgId: string; projectId: string }> {
  const known = await tx.organization.findUnique({ where: { slug: ORG_SLUG }, include: { projects: true } });
  if (known?.projects[0]) return { orgId: known.id, projectId: known.projects[0].id };
  const orgId = newId();
  const projectId = newId();
  await tx.organization.create({ data: { id: orgId, name: "Demo", slug: ORG_SLUG } });
  await tx.project.create({ data: { id: projectId, orgId, name: "Default", slug: "default" } });
  await tx.membership.create({ data: { id: newId(), orgId, userId, role: "owner" } });
  return { orgId, projectId };
}

/** The sandbox needs no credential, so the first request works before anything is configured. */
const FIRST_CONFIGURATION = {
  version: 1,
  providers: [{ id: "sandbox", kind: "sandbox" }],
  models: [
    {
      id: "sandbox-chat",
      price: { input: "1.00", cachedInput: "0.10", output: "2.00" },
      contextTokens: 128_000,
      maxOutputTokens: 32_768,
      capabilities: ["tools", "jsonSchema", "streaming"],
      deployments: [{ id: "main", provider: "sandbox", upstreamModel: "sandbox-chat" }],
    },
  ],
};

async function plantConfiguration(db: Db, secretsKey: string): Promise<void> {
  if ((await db.configVersion.count()) > 0) return;
  const ctx = systemContext("seed", db);
  const registry = { providerOf };
  await publishConfig(
    ctx,
    { source: FIRST_CONFIGURATION, message: "The sandbox", expectedVersion: 0 },
    { registry, secretsKey },
  );
}

type Owner = { readonly orgId: string; readonly projectId: string; readonly userId: string };

async function plantKeys(tx: Tx, owner: Owner, pepper: string): Promise<Keys> {
  const make = async (kind: KeyKind) => {
    const { secret, publicId, last4 } = mintKey(kind);
    const belongs = kind === "admin" ? {} : { orgId: owner.orgId, projectId: owner.projectId };
    const hashed = new Uint8Array(hashKey(secret, pepper));
    await tx.apiKey.create({
      data: {
        id: newId(),
        ...belongs,
        createdById: owner.userId,
        name: `First ${kind} key`,
        kind,
        publicId,
        last4,
        hash: hashed,
      },
    });
    return secret;
  };
  return { live: await make("live"), test: await make("test"), admin: await make("admin") };
}
