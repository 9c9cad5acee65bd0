import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishConfig } from "#lib/features/config/publish-config";
import { systemContext } from "#lib/features/context";
import { providerOf } from "#lib/gateway/providers/registry";
import { openDb } from "#lib/platform/db";
import { seed } from "#prisma/seed";
import { migrateDatabase } from "#scripts/migrate/migrate-database";
import { type Server, startPostgres } from "#scripts/postgres/embedded";
import { findFreePort, THROWAWAY_SETTINGS } from "#scripts/postgres/scratch";

export type Installation = {
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** What every role of this installation is started with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly keys: { readonly live: string; readonly test: string; readonly admin: string };
  readonly orgId: string;
  readonly stopDatabase: () => Promise<void>;
  readonly startDatabase: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const PASSWORD = "installation";

/** A whole installation of its own: PostgreSQL, migrated and seeded, with a configuration document published. */
export async function createInstallation(document: Readonly<Record<string, unknown>>): Promise<Installation> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-installation-"));
  chmodSync(dataDir, 0o755);
  // What a crash loses must be lost by us, not by the database: it writes through here.
  const options = {
    dataDir,
    port: await findFreePort(),
    password: PASSWORD,
    settings: { ...THROWAWAY_SETTINGS, full_page_writes: "on" },
  };
  let server: Server = await startPostgres(options);
  await migrateDatabase(server.databaseUrl);
  const secrets = {
    KEY_PEPPER: randomBytes(32).toString("hex"),
    AUTH_SECRET: randomBytes(32).toString("hex"),
    SECRETS_KEY: randomBytes(32).toString("base64"),
    METRICS_TOKEN: randomBytes(16).toString("hex"),
  };
  const { databaseUrl } = server;
  const seeded = await seed({
    databaseUrl,
    keyPepper: secrets.KEY_PEPPER,
    secretsKey: secrets.SECRETS_KEY,
    password: PASSWORD,
  });
  await publish(databaseUrl, secrets.SECRETS_KEY, document);
  return {
    dataDir,
    databaseUrl,
    environment: { PATH: process.env.PATH ?? "", DATABASE_URL: databaseUrl, DATA_DIR: dataDir, ...secrets },
    keys: seeded.keys,
    orgId: seeded.orgId,
    stopDatabase: () => server.stop(),
    startDatabase: async () => {
      server = await startPostgres(options);
    },
    close: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Publishes a document as the next version, as the operator's own command would. */
async function publish(
  databaseUrl: string,
  secretsKey: string,
  document: Readonly<Record<string, unknown>>,
): Promise<void> {
  const db = openDb(databaseUrl, 1);
  const ctx = systemContext("test", db);
  const registry = { providerOf };
  try {
    await publishConfig(ctx, { source: document, message: "test" }, { registry, secretsKey });
  } finally {
    await db.$disconnect();
  }
}

/** A document with one model, `model`, at one OpenAI-shaped upstream on loopback. */
export const documentFor = (upstreamUrl: string) => ({
  version: 1,
  providers: [
    {
      id: "fake",
      kind: "openai-compatible",
      baseUrl: upstreamUrl,
      allowPrivateNetwork: true,
      credentials: [{ id: "a", secret: "literal:upstream-secret" }],
    },
    { id: "sandbox", kind: "sandbox" },
  ],
  models: [
    {
      id: "model",
      price: { input: "1.00", cachedInput: "0.10", output: "2.00" },
      deployments: [{ id: "main", provider: "fake", upstreamModel: "model", cost: { input: "0.50", output: "1.00" } }],
    },
    {
      id: "sandbox-chat",
      price: { input: "1.00", output: "2.00" },
      deployments: [{ id: "main", provider: "sandbox", upstreamModel: "sandbox-chat" }],
    },
  ],
});
