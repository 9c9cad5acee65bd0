import { newRequestId } from "#lib/base/ids";
import type { AdmittedRequest, RequestRecord } from "#lib/base/request-record";
import { nanoUsd, pricePerMTok } from "#lib/base/units";
import { openDialer } from "#lib/drivers/upstream.http1";
import { sandboxUpstream } from "#lib/drivers/upstream.sandbox";
import type { Access, Caller, GatewayDeps } from "#lib/gateway/ports";
import { openAiCompatibleProvider } from "#lib/gateway/providers/openai-compatible/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { sandboxProvider } from "#lib/gateway/providers/sandbox/index";
import type { GatewayReply, GatewayRequest } from "#lib/gateway/request";
import { isStream } from "#lib/gateway/request";
import type { Deployment, Model, Price } from "#lib/gateway/routing/table";
import { createMemoryResponses } from "#tests/support/memory-responses";

const UNRESTRICTED: Access = {
  organizationNames: ["ours"],
  plan: null,
  role: null,
  scopes: null,
  modelSets: [],
  admitsAddress: null,
};

export const callerOf = (given: Partial<Omit<Caller, "access">> & { access?: Partial<Access> } = {}): Caller => ({
  credentialId: "01900000-0000-7000-8000-000000000001",
  keyId: "01900000-0000-7000-8000-000000000001",
  orgId: "01900000-0000-7000-8000-000000000002",
  projectId: null,
  memberId: null,
  isTest: false,
  ...given,
  access: { ...UNRESTRICTED, ...given.access },
});

const CALLER = callerOf();

/** One dollar per million input tokens, two per million of output. */
const PRICE: Price = {
  input: pricePerMTok(1_000_000_000n),
  cachedInput: pricePerMTok(100_000_000n),
  cacheWrite: pricePerMTok(1_000_000_000n),
  output: pricePerMTok(2_000_000_000n),
  reasoning: pricePerMTok(2_000_000_000n),
  perRequest: nanoUsd(0n),
  perImage: nanoUsd(0n),
  perMinute: nanoUsd(0n),
  tiers: [],
};

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 10_000 };

export function deploymentOf(given: Partial<Deployment> & { provider?: Provider } = {}): Deployment {
  const provider = given.provider ?? openAiCompatibleProvider;
  return {
    id: "model/main",
    providerId: provider.kind,
    provider,
    baseUrl: provider.defaultBaseUrl ?? "http://127.0.0.1:1",
    allowPrivateNetwork: true,
    credentials: [{ id: "a", weight: 1, secret: "upstream-secret" }],
    upstreamModel: "model",
    priority: 0,
    weight: 1,
    limits: {},
    tags: [],
    ...given,
  };
}

export const modelOf = (given: Partial<Model> = {}): Model => ({
  id: "model",
  aliases: [],
  strategy: "priority",
  price: PRICE,
  capabilities: new Set(),
  timeouts: TIMEOUTS,
  deployments: [deploymentOf({ provider: sandboxProvider })],
  ...given,
});

export type Bench = {
  readonly deps: GatewayDeps;
  readonly admitted: AdmittedRequest[];
  readonly records: RequestRecord[];
  readonly notes: RequestRecord[];
  readonly checkpoints: string[];
};

/** The core's dependencies with everything in memory and the real dialer; what is journalled is kept for looking at. */
export function benchOf(models: readonly Model[], given: Partial<GatewayDeps> = {}): Bench {
  const bench = {
    admitted: [] as AdmittedRequest[],
    records: [] as RequestRecord[],
    notes: [] as RequestRecord[],
    checkpoints: [] as string[],
  };
  const byName = new Map(models.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model] as const)));
  const deps: GatewayDeps = {
    keys: {
      find: (presented) =>
        presented === "good-key" ? CALLER : presented === "test-key" ? { ...CALLER, isTest: true } : null,
    },
    configuration: { current: () => ({ version: 7, byName, models, createdAtS: 1_700_000_000 }) },
    limits: { take: () => ({ allowed: true, limit: 100, remaining: 99, resetMs: 600 }) },
    money: { reserve: () => ({ held: true, hold: { settle: () => undefined } }) },
    journal: {
      admit: (request) => void bench.admitted.push(request),
      checkpoint: (id) => bench.checkpoints.push(id),
      settle: (record) => bench.records.push(record),
      note: (record) => bench.notes.push(record),
    },
    upstream: openDialer(),
    sandbox: sandboxUpstream,
    responses: createMemoryResponses(),
    metrics: { started: () => undefined, finished: () => undefined },
    silence: { watch: () => ({ touch: () => undefined, stop: () => undefined }) },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: () => 0,
    log: { error: () => undefined, warn: () => undefined },
    ...given,
  };
  return { deps, ...bench };
}

type Sent = {
  readonly method?: string;
  readonly path?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly leaveAfterMs?: number;
};

/** A request as a door would describe it. `leaveAfterMs` hangs up. */
export function requestOf(sent: Sent): GatewayRequest & { readonly leave: () => void } {
  let hasLeft = false;
  let listener: (() => void) | null = null;
  const leave = () => {
    hasLeft = true;
    listener?.();
  };
  if (sent.leaveAfterMs !== undefined) setTimeout(leave, sent.leaveAfterMs);
  const body = bytesOf(sent.body ?? {});
  const key = sent.key === undefined ? "good-key" : sent.key;
  const admittedAtMs = Date.now();
  const [path, query] = (sent.path ?? "/v1/chat/completions").split("?");
  return {
    id: newRequestId(admittedAtMs),
    admittedAtMs,
    method: sent.method ?? "POST",
    path: path ?? "",
    query: query ?? "",
    header: (name) => (name === "authorization" && key !== null ? `Bearer ${key}` : undefined),
    remoteAddress: "127.0.0.1",
    read: async () => body,
    leaving: {
      hasLeft: () => hasLeft,
      listen: (onLeft) => {
        listener = onLeft;
        if (hasLeft) onLeft?.();
      },
    },
    leave,
  };
}

/** Reads a reply to its end, as a door and a patient caller would, and closes it. */
function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

export async function bodyOf(reply: GatewayReply): Promise<string> {
  const { body } = reply;
  if (!isStream(body)) {
    reply.onClose("sent");
    return Buffer.from(body).toString("utf8");
  }
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve) => {
    body.pump({ write: (bytes) => chunks.push(Buffer.from(bytes)) > 0, end: resolve, onDrain: () => undefined });
  });
  reply.onClose("sent");
  return Buffer.concat(chunks).toString("utf8");
}
