import { createSweeper } from "#lib/platform/sweeper";
import type { Connection } from "./connection.ts";

/** Connections that wait for their next request, by where they lead. */
export type Pool = {
  /** Gives the one used last, which is the least likely to be closed meanwhile. */
  readonly take: (place: string) => Connection | undefined;
  /** Ends the connection instead where it may not wait, or too many do. */
  readonly put: (place: string, connection: Connection, idleMs: number | undefined) => void;
  /** Says that a connection is gone, whether it waited here or not. */
  readonly forget: (place: string, connection: Connection) => void;
  readonly close: () => void;
};

type Idle = { readonly connection: Connection; readonly untilMs: number };

// An idle connection kept longer than the upstream keeps it is found broken by the next request; most keep 5 s or more.
const IDLE_MS_MAX = 4_000;
const SWEEP_MS = 500;
const IDLE_MAX = 2_000;

export function createPool(): Pool {
  const places = new Map<string, Idle[]>();
  let count = 0;
  const sweep = (nowMs: number) => {
    for (const [place, idle] of [...places]) {
      const late = idle.filter(({ untilMs }) => untilMs <= nowMs);
      for (const { connection } of late) connection.destroy();
      if (places.get(place)?.length === 0) places.delete(place);
    }
    return count > 0;
  };
  const sweeper = createSweeper(SWEEP_MS, () => sweep(performance.now()));
  return {
    take(place) {
      const idle = places.get(place);
      for (let last = idle?.pop(); last !== undefined; last = idle?.pop()) {
        count--;
        if (last.connection.isAlive() && last.untilMs > performance.now()) return last.connection;
        last.connection.destroy();
      }
      return undefined;
    },
    put(place, connection, idleMs = IDLE_MS_MAX) {
      const waitMs = Math.min(idleMs, IDLE_MS_MAX);
      if (waitMs === 0 || count >= IDLE_MAX) return connection.destroy();
      count++;
      const idle = { connection, untilMs: performance.now() + waitMs };
      const others = places.get(place);
      if (others) others.push(idle);
      else places.set(place, [idle]);
      sweeper.wake();
    },
    forget(place, connection) {
      const idle = places.get(place) ?? [];
      const at = idle.findIndex((one) => one.connection === connection);
      if (at < 0) return;
      idle.splice(at, 1);
      count--;
    },
    close() {
      sweeper.close();
      sweep(Number.POSITIVE_INFINITY);
    },
  };
}
