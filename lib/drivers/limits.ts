import type { LimitsPort } from "#lib/gateway/ports";
import type { Log } from "#lib/platform/log";
import { shareOf } from "./limits.bucket.ts";
import { openMemoryLimits } from "./limits.memory.ts";

export type Limits = LimitsPort & {
  /** What operators should know of it, in Prometheus' text form. */
  readonly render: () => string;
  readonly close: () => Promise<void>;
};

type Options = {
  readonly requestsPerMinute: number;
  /** How many processes serve together, and which of them this one is, from 1. */
  readonly processes: number;
  readonly process: number;
  readonly redisUrl: string | undefined;
  readonly monotonic: () => number;
  readonly log: Log;
};

/** Limits divided among the processes, or common to all of them where there is Redis. */
export async function openLimits({ redisUrl, processes, process, log, ...options }: Options): Promise<Limits> {
  const share = shareOf(options.requestsPerMinute, processes, process);
  if (redisUrl === undefined) {
    return { ...openMemoryLimits({ ...options, share }), render: () => "", close: async () => undefined };
  }
  // Loaded only where it is wanted. Other machines may draw on the same buckets, so there are two at least.
  const { openRedisLimits } = await import("./limits.redis.ts");
  const limits = openRedisLimits({ ...options, share, sharers: Math.max(2, processes), redisUrl, log });
  return {
    ...limits,
    render: () =>
      `${line("switchyard_limits_shared", "gauge", "1 while limits are common through Redis, 0 while local.")} ${limits.isShared() ? 1 : 0}\n` +
      `${line("switchyard_limits_losses_total", "counter", "How often Redis was lost.")} ${limits.losses()}\n`,
  };
}

const line = (name: string, type: string, help: string) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`;
