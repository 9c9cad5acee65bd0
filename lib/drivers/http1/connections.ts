import { Socket } from "node:net";
import { LRUCache } from "lru-cache";
import { createRoster } from "#lib/base/roster";
import { type Connection, openConnection } from "./connection.ts";
import { dial } from "./dial.ts";
import { createPool } from "./pool.ts";
import type { Target } from "./target.ts";

export type Connections = {
  /** Gives one that waits, or opens one. */
  readonly to: (target: Target, isGuarded: boolean) => Connection;
  /** Ends them all; what they carry fails. */
  readonly close: () => void;
};

const READ_BYTES = 64 * 1024;
const SESSIONS_MAX = 100;
const CLOSED = "the dialer is closed";

export function createConnections(): Connections {
  const scratch = Buffer.allocUnsafeSlow(READ_BYTES);
  const sessions = new LRUCache<string, Buffer>({ max: SESSIONS_MAX });
  const all = createRoster<Connection>();
  const pool = createPool();
  const free = createResting(({ place, connection, idleMs }) => {
    if (connection.isAlive()) pool.put(place, connection, idleMs);
  });
  let isClosed = false;
  const open = (target: Target, isGuarded: boolean, place: string) => {
    const connection = openConnection({
      scratch,
      dial: (onread, onReady) =>
        isClosed ? new Socket().destroy(new Error(CLOSED)) : dial(target, { isGuarded, onread, sessions, onReady }),
      onFree: (idleMs) => free({ place, connection, idleMs }),
      onGone() {
        pool.forget(place, connection);
        all.leave(seat);
      },
    });
    const seat = all.join(connection);
    return connection;
  };
  return {
    to(target, isGuarded) {
      // A connection that was opened without the guard never serves whom it is to guard.
      const place = isGuarded ? target.guardedPlace : target.openPlace;
      return pool.take(place) ?? open(target, isGuarded, place);
    },
    close() {
      isClosed = true;
      pool.close();
      all.visit((connection) => connection.fail(new Error(CLOSED)));
    },
  };
}

type Freed = { readonly place: string; readonly connection: Connection; readonly idleMs: number | undefined };

/**
 * Gives connections on once a whole turn of the event loop has passed: what their other side had sent behind the reply, or that
 * it has closed, has been read by then. Whoever asks in the same moment would have that for an answer.
 */
function createResting(giveOn: (freed: Freed) => void): (freed: Freed) => void {
  let fresh: Freed[] = [];
  let rested: Freed[] = [];
  const turn = () => {
    for (const freed of rested) giveOn(freed);
    rested = fresh;
    fresh = [];
    if (rested.length > 0) setImmediate(turn);
  };
  return (freed) => {
    fresh.push(freed);
    if (fresh.length === 1 && rested.length === 0) setImmediate(turn);
  };
}
