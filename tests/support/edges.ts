import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { findFreePort } from "#scripts/postgres/scratch";
import { startEdgeUpstream } from "./edge-upstream.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { type HealthyTraffic, startHealthyTraffic } from "./healthy-traffic.ts";
import { createInstallation, documentFor } from "./installation.ts";

/** What the tests of one run share: a gateway process with its installation and its upstream. */
export type EdgeFacts = {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  readonly upstreamUrl: string;
  /** Starts and stops the callers that must not notice anything; they live outside the process that attacks. */
  readonly healthyUrl: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly key: string;
  readonly adminKey: string;
  /** One that was good once. */
  readonly revokedKey: string;
};

declare module "vitest" {
  interface ProvidedContext {
    edge: EdgeFacts;
  }
}

/** Time-outs short enough for a test to see them, and an address each for callers and attackers. */
const SETTINGS = {
  HEADERS_TIMEOUT_MS: "2000",
  BODY_TIMEOUT_MS: "1000",
  READER_TIMEOUT_MS: "400",
  DRAIN_MS: "1000",
};

const PROBE = new URL("./edge-probe.ts", import.meta.url).href;

/** Before other programs of this machine, where we may: it is the attacks that are measured, not what else runs here. */
function preferCpu(pid: number): void {
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      setPriority(Number(thread), PREFERRED);
    } catch {
      return;
    }
  }
}

const PREFERRED = -10;

export default async function startEdge(project: TestProject): Promise<() => Promise<void>> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    project.provide("edge", await openEdge(closing));
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function openEdge(closing: (() => Promise<unknown>)[]): Promise<EdgeFacts> {
  const upstream = await startEdgeUpstream();
  closing.push(upstream.close);
  const installation = await createInstallation(documentOf(upstream.url));
  closing.push(installation.close);
  await prepare(installation.databaseUrl, installation.orgId);
  const port = await findFreePort();
  const environment = { ...installation.environment, ...SETTINGS, NODE_OPTIONS: `--import=${PROBE}` };
  const gateway = await startGatewayProcess({ port, environment });
  closing.push(gateway.stop);
  preferCpu(gateway.pid());
  const target = { url: gateway.url, key: installation.keys.live };
  const healthy = await openHealthyControl(target);
  closing.push(healthy.close);
  await warmUp(target);
  return {
    port,
    pid: gateway.pid(),
    url: gateway.url,
    upstreamUrl: upstream.url,
    healthyUrl: healthy.url,
    databaseUrl: installation.databaseUrl,
    environment,
    key: installation.keys.live,
    adminKey: installation.keys.admin,
    revokedKey: installation.keys.test,
  };
}

/** The usual models, and one whose upstream speaks Anthropic's dialect. */
function documentOf(upstreamUrl: string) {
  const usual = documentFor(`${upstreamUrl}/v1`);
  const provider = { id: "claude", kind: "anthropic", baseUrl: upstreamUrl, allowPrivateNetwork: true };
  const deployment = { id: "main", provider: "claude", upstreamModel: "claude" };
  return {
    ...usual,
    providers: [...usual.providers, { ...provider, credentials: [{ id: "a", secret: "literal:upstream-secret" }] }],
    models: [...usual.models, { id: "claude", price: { input: "1.00", output: "2.00" }, deployments: [deployment] }],
  };
}

/** A million dollars, for money is not what these tests are about; and of the keys one is revoked. */
async function prepare(databaseUrl: string, orgId: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("SELECT ledger_credit($1, 1000000000000000, 'edges', 'test', gen_random_uuid())", [orgId]);
  await client.query("UPDATE api_key SET revoked_at = now() WHERE kind = 'test'");
  await client.end();
}

const WARM_UP_MS = 1_500;

/** Pools are open and code is compiled before anything is measured. */
async function warmUp(target: { url: string; key: string }): Promise<void> {
  const traffic = startHealthyTraffic(target);
  await sleep(WARM_UP_MS);
  const { failed } = await traffic.stop();
  if (failed.length > 0) throw new Error(`the gateway does not answer: ${failed[0]}`);
}

async function openHealthyControl(target: { url: string; key: string }) {
  let traffic: HealthyTraffic | undefined;
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.url === "/start") {
      traffic = startHealthyTraffic(target);
      return outgoing.end();
    }
    return outgoing.end(JSON.stringify(await traffic?.stop()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await traffic?.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}
