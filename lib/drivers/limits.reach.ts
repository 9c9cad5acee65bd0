import type { Log } from "#lib/platform/log";
import type { RedisClient } from "#lib/platform/redis";

const PROBE_MS = 500;
const PROBE_MS_MAX = 8_000;
/** Redis that is lost again sooner is asked less often. */
const STEADY_MS = 10_000;
/** At the start nothing is said of a Redis that is there by then. */
const PATIENCE_MS = 1_000;

export type Reach = {
  readonly isHeld: () => boolean;
  readonly losses: () => number;
  readonly lose: (cause: unknown) => void;
  readonly close: () => void;
};

type Options = {
  readonly log: Log;
  /** Does what will be asked of Redis, once. */
  readonly probe: () => Promise<unknown>;
  readonly onLost: () => void;
};

/** Whether Redis can be relied on. One answer that fails or is late is enough to lose it; a probe that succeeds brings it back. */
export function watchReach(redis: RedisClient, { log, probe, onLost }: Options): Reach {
  const state = { isHeld: false, isTold: false, losses: 0, heldAtMs: 0, probeMs: PROBE_MS, isClosed: false };
  let waiting: NodeJS.Timeout | undefined;

  const tell = (cause: unknown) => {
    if (state.isTold || state.isClosed) return;
    state.isTold = true;
    log.warn("rate limits are local: Redis does not answer", { cause: messageOf(cause) });
  };
  const lose = (cause: unknown) => {
    tell(cause);
    if (!state.isHeld) return;
    state.isHeld = false;
    state.losses++;
    const isSteady = performance.now() - state.heldAtMs > STEADY_MS;
    state.probeMs = isSteady ? PROBE_MS : Math.min(PROBE_MS_MAX, state.probeMs * 2);
    onLost();
    probeLater();
  };
  const hold = () => {
    if (state.isHeld || state.isClosed) return;
    state.isHeld = true;
    state.heldAtMs = performance.now();
    if (state.isTold) log.info("rate limits are shared again");
    state.isTold = false;
  };
  const probeLater = () => {
    clearTimeout(waiting);
    waiting = setTimeout(tryOnce, state.probeMs).unref();
  };
  const tryOnce = () => {
    if (state.isHeld || state.isClosed) return;
    if (redis.status !== "ready") return probeLater();
    probe().then(hold, probeLater);
  };

  const patience = setTimeout(() => {
    if (!state.isHeld) tell("no answer since the start");
  }, PATIENCE_MS).unref();
  redis.on("ready", tryOnce);
  // An error that nobody listens to would end the process; what it leads to comes as "close".
  redis.on("error", tell);
  redis.on("close", () => lose("the connection ended"));

  return {
    isHeld: () => state.isHeld,
    losses: () => state.losses,
    lose,
    close() {
      state.isClosed = true;
      clearTimeout(waiting);
      clearTimeout(patience);
    },
  };
}

const messageOf = (cause: unknown): unknown => (cause instanceof Error ? cause.message : cause);
