import { createHash } from "node:crypto";
import { z } from "zod";
import type { RedisClient } from "#lib/platform/redis";

/** What a process tells about a key, and what it asks for. */
export type Draw = {
  /** Calls admitted without a permit; a negative number gives permits back. */
  readonly taken: number;
  /** Permits it would like to have; it gets fewer, the less there is left. */
  readonly wanted: number;
};

export type Drawn = {
  readonly granted: number;
  /** Calls left for everybody after that; below zero while more was taken than there was. */
  readonly remaining: number;
  /** When there will be one again; 0 while there is. */
  readonly waitMs: number;
};

export type SharedBuckets = { readonly draw: (key: string, draw: Draw) => Promise<Drawn> };

const PREFIX = "switchyard:limit:";

/**
 * One bucket per key as a single number, the time at which it will be full again (GCRA), by the clock of Redis. It is a
 * minute deep and owes a minute at most: further ahead is what was written before that clock was set back. Nobody gets
 * more than his part of half of what is left, so that the last calls go round.
 */
const SCRIPT = `
local per_minute, taken = tonumber(ARGV[1]), tonumber(ARGV[2])
local wanted, sharers = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval = 60000 / per_minute
local full_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
full_at = math.min(now + 120000, math.max(now, full_at + taken * interval))
local available = math.floor((now + 60000 - full_at) / interval + 0.0001)
local granted = 0
if available >= 1 then granted = math.min(wanted, math.max(1, math.floor(available / (2 * sharers)))) end
full_at = full_at + granted * interval
if full_at > now then
  redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil(full_at - now))
else
  redis.call('DEL', KEYS[1])
end
local wait = 0
if available < 1 then wait = full_at + interval - now - 60000 end
return {granted, available - granted, math.ceil(math.max(0, wait))}
`;

const replyShape = z.tuple([z.number(), z.number(), z.number()]);

type Options = { readonly requestsPerMinute: number; readonly sharers: number };

/** The buckets in Redis that all processes share. Rejects when Redis does not answer in time. */
export function openSharedBuckets(redis: RedisClient, { requestsPerMinute, sharers }: Options): SharedBuckets {
  const run = scriptRunner(redis);
  return {
    async draw(key, { taken, wanted }) {
      const reply = await run([`${PREFIX}${key}`, requestsPerMinute, taken, wanted, sharers]);
      const [granted, remaining, waitMs] = replyShape.parse(reply);
      return { granted, remaining, waitMs };
    },
  };
}

/** Sends the script by its digest, and itself only to a server that does not know it. */
function scriptRunner(redis: RedisClient) {
  const digest = createHash("sha1").update(SCRIPT).digest("hex");
  return (keyAndArguments: readonly (string | number)[]): Promise<unknown> =>
    redis.evalsha(digest, 1, ...keyAndArguments).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return redis.eval(SCRIPT, 1, ...keyAndArguments);
    });
}
