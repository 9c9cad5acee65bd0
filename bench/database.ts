import { execFile, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { newId } from "#lib/base/ids";
import { NANO_PER_USD, nanoUsd } from "#lib/base/units";
import { credit } from "#lib/ledger/credit";
import { openDb } from "#lib/platform/db";
import { seed } from "../prisma/seed.ts";
import type { GatewaySettings } from "./gateway.ts";

export type BenchDatabase = GatewaySettings & {
  /** Requests that the usage rows stand for. */
  readonly usageRequests: () => Promise<number>;
  readonly close: () => Promise<void>;
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CREDIT_USD = 1_000_000n;
const placeShape = z.object({ databaseUrl: z.string(), dataDir: z.string() });
const run = promisify(execFile);

/** An embedded PostgreSQL on a scratch directory: migrated, seeded, with money enough and the given configuration. */
export async function openDatabase(configuration: object): Promise<BenchDatabase> {
  const { databaseUrl, dataDir, stop } = await startPostgres();
  const [keyPepper, authSecret] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const secretsKey = randomBytes(32).toString("base64");
  const secrets = { KEY_PEPPER: keyPepper, AUTH_SECRET: authSecret, SECRETS_KEY: secretsKey };
  const env = { NODE_ENV: "production", DATABASE_URL: databaseUrl, ...secrets } as const;
  const script = (...args: string[]) => run(process.execPath, args, { cwd: ROOT, env });
  await script("scripts/db-migrate.ts");
  const { keys, orgId } = await seed({ databaseUrl, keyPepper, secretsKey, password: randomBytes(16).toString("hex") });
  const db = openDb(databaseUrl, 1);
  const amount = nanoUsd(CREDIT_USD * NANO_PER_USD);
  await credit(db, { orgId, amount, reason: "Benchmark", actor: "bench", transferId: newId() });
  const file = join(dataDir, "configuration.yaml");
  writeFileSync(file, JSON.stringify(configuration));
  await script("scripts/config.ts", "apply", file, "--author", "bench", "--message", "Benchmark");
  return {
    databaseUrl,
    dataDir,
    keyPepper,
    secretsKey,
    authSecret,
    apiKey: keys.live,
    usageRequests: async () => Number((await db.usageEvent.aggregate({ _sum: { requests: true } }))._sum.requests ?? 0),
    close: async () => {
      await db.$disconnect();
      await stop();
    },
  };
}

async function startPostgres() {
  const holder = fork(fileURLToPath(new URL("./postgres.ts", import.meta.url)), { env: { NODE_ENV: "production" } });
  const exited = once(holder, "exit");
  const failed = exited.then(([code]) => Promise.reject(new Error(`PostgreSQL did not start (exit code ${code})`)));
  const [place] = await Promise.race([once(holder, "message"), failed]);
  const stop = async () => {
    holder.disconnect();
    await exited;
  };
  return { ...placeShape.parse(place), stop };
}
