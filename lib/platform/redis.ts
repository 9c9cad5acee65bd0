import { Redis } from "ioredis";

/** Nothing that waits for Redis waits longer. */
const COMMAND_TIMEOUT_MS = 100;
const CONNECT_TIMEOUT_MS = 1_000;
/** A connection that says nothing for so long is given up: the server behind it may be another by now. */
const SILENCE_MS = 1_000;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;

export type RedisClient = Redis;

/**
 * Opens a client that never queues: while there is no connection a command fails at once, otherwise after 100 ms. It
 * connects again by itself, for as long as it is not closed.
 */
export function openRedis(url: string): RedisClient {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectionName: "switchyard",
    // Half of the wait is left to chance, so that a fleet does not come back in one instant.
    retryStrategy: (times) => {
      const fullMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(times, 10));
      return fullMs / 2 + (Math.random() * fullMs) / 2;
    },
  });
}
