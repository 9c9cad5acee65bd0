import { createKey } from "#lib/features/keys/create-key";
import { revokeKey } from "#lib/features/keys/revoke-key";
import { openDb } from "#lib/platform/db";
import { findFreePort } from "#scripts/postgres/scratch";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { createInstallation, documentFor } from "./installation.ts";
import { startOpenAiUpstream } from "./openai-upstream.ts";
import { childrenOf } from "./process-tree.ts";
import { type RedisServer, startRedis } from "./redis.ts";

export type ClusterStage = Awaited<ReturnType<typeof openClusterStage>>;

type Options = {
  readonly processes: number;
  readonly requestsPerMinute: number;
  readonly withRedis: boolean;
  readonly pauseMs: number;
  readonly words: number;
};

/** One port with several gateway processes, an upstream, and a database that says what became of each request. */
export async function openClusterStage({ processes, requestsPerMinute, withRedis, pauseMs, words }: Options) {
  const upstream = await startOpenAiUpstream({ pauseMs, words });
  const installation = await createInstallation(documentFor(upstream.url));
  const redis: RedisServer | undefined = withRedis ? await startRedis() : undefined;
  const db = openDb(installation.databaseUrl, 4);
  const port = await findFreePort();
  let gateway: GatewayProcess | undefined;
  const close = async () => {
    await gateway?.stop();
    await db.$disconnect();
    await redis?.stop();
    await upstream.close();
    await installation.close();
  };
  try {
    gateway = await startGatewayProcess({
      port,
      environment: {
        ...installation.environment,
        GATEWAY_PROCESSES: String(processes),
        REQUESTS_PER_MINUTE: String(requestsPerMinute),
        ...(redis && { REDIS_URL: redis.url }),
      },
    });
  } catch (cause) {
    await close();
    throw cause;
  }
  const { pid, url } = gateway;
  const {
    METRICS_TOKEN: token = "",
    KEY_PEPPER: keyPepper = "",
    SECRETS_KEY: secretsKey = "",
  } = installation.environment;
  const { orgId } = installation;
  const ctx = { actor: { kind: "system", id: "test" }, platformRole: "operator", orgRole: null, orgId } as const;
  const context = { ...ctx, db, now: () => new Date(), ip: null };
  return {
    installation,
    upstream,
    redis,
    db,
    gateway,
    url,
    port,
    secretsKey,
    workers: () => childrenOf(pid()),
    metrics: (presented = token) => fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${presented}` } }),
    key: () => createKey(context, { name: "k" }, { keyPepper }),
    revoke: (id: string) => revokeKey(context, { id }),
    close,
  };
}
