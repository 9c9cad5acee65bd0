import type { ResponseToStore, Tenant } from "#lib/gateway/ports";
import type { Log } from "#lib/platform/log";

const WAITING_MAX = 1_000;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_MAX = 50;
const BATCH_BYTES_MAX = 2 * 1024 * 1024;

type Timing = {
  readonly retryMs: number;
  /** How long a response may wait for a database that takes nothing. */
  readonly waitMsMax: number;
};

const TIMING: Timing = { retryMs: 1_000, waitMsMax: 60_000 };

type Options = {
  /** Writes all of a batch or nothing. */
  readonly write: (batch: readonly ResponseToStore[]) => Promise<void>;
  readonly log: Pick<Log, "error" | "warn">;
  readonly timing?: Timing;
};

type Waiting = { readonly response: ResponseToStore; readonly bytes: number; readonly sinceMs: number };

/** Responses on their way to the database, written in batches behind the replies, and found here until they are there. */
export type ResponseQueue = {
  /** Gives false, and says so in the log, when too much is waiting already. */
  readonly add: (response: ResponseToStore) => boolean;
  readonly find: (tenant: Tenant, responseId: string) => ResponseToStore | undefined;
  readonly withItems: (tenant: Tenant, itemIds: readonly string[]) => readonly ResponseToStore[];
  /** Takes one out and waits until none of its bytes are being written. Gives false where it was not waiting. */
  readonly remove: (tenant: Tenant, responseId: string) => Promise<boolean>;
  /** Writes what is left, for so long; what stays behind is lost and told. */
  readonly close: (timeoutMs: number) => Promise<void>;
};

export function createResponseQueue({ write, log, timing = TIMING }: Options): ResponseQueue {
  const waiting = new Map<string, Waiting>();
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let batchInFlight: Promise<void> | undefined;

  const forget = (key: string, entry: Waiting | undefined) => {
    if (entry === undefined || waiting.get(key) !== entry) return;
    waiting.delete(key);
    waitingBytes -= entry.bytes;
  };
  const giveUp = (isLost: (entry: Waiting) => boolean) => {
    const lost = [...waiting].filter(([, entry]) => isLost(entry));
    for (const [key, entry] of lost) forget(key, entry);
    if (lost.length > 0) log.error("stored responses were lost", { count: lost.length });
  };
  const run = async () => {
    while (waiting.size > 0) {
      const batch = firstOf(waiting);
      try {
        batchInFlight = write(batch.map(([, { response }]) => response));
        await batchInFlight;
        for (const [key, entry] of batch) forget(key, entry);
      } catch (error) {
        log.warn("stored responses could not be written", { waiting: waiting.size, error });
        await pause(timing.retryMs);
        giveUp(({ sinceMs }) => performance.now() - sinceMs > timing.waitMsMax);
      }
    }
  };
  const start = () => {
    running ??= afterReply()
      .then(run)
      .finally(() => {
        running = undefined;
        if (waiting.size > 0) start();
      });
  };
  return {
    add(response) {
      const bytes = response.input.length + response.response.length;
      if (waiting.size >= WAITING_MAX || waitingBytes + bytes > WAITING_BYTES_MAX) {
        log.error("a response is not stored: too many are waiting", { requestId: response.requestId });
        return false;
      }
      const key = keyOf(response.tenant, response.responseId);
      forget(key, waiting.get(key));
      waiting.set(key, { response, bytes, sinceMs: performance.now() });
      waitingBytes += bytes;
      start();
      return true;
    },
    find: (tenant, responseId) => waiting.get(keyOf(tenant, responseId))?.response,
    withItems: (tenant, itemIds) =>
      [...waiting.values()]
        .map(({ response }) => response)
        .filter((one) => isOf(tenant, one) && one.outputIds.some((id) => itemIds.includes(id))),
    async remove(tenant, responseId) {
      const key = keyOf(tenant, responseId);
      const entry = waiting.get(key);
      forget(key, entry);
      await batchInFlight?.catch(() => undefined);
      return entry !== undefined;
    },
    async close(timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      await Promise.race([running, promise]);
      clearTimeout(timer);
      giveUp(() => true);
    },
  };
}

const keyOf = ({ orgId, projectId, isTest }: Tenant, responseId: string) =>
  JSON.stringify([orgId, projectId, isTest, responseId]);

const isOf = (tenant: Tenant, { tenant: its }: ResponseToStore) =>
  tenant.orgId === its.orgId && tenant.projectId === its.projectId && tenant.isTest === its.isTest;

function firstOf(waiting: ReadonlyMap<string, Waiting>): readonly (readonly [string, Waiting])[] {
  const batch: (readonly [string, Waiting])[] = [];
  let bytes = 0;
  for (const one of waiting) {
    bytes += one[1].bytes;
    if (batch.length === BATCH_MAX || (batch.length > 0 && bytes > BATCH_BYTES_MAX)) break;
    batch.push(one);
  }
  return batch;
}

/** Sealing takes time, which the reply does not have. */
const afterReply = () => new Promise<void>((resolve) => setImmediate(resolve));

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
