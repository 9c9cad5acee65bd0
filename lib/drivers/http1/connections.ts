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
  let isClosed = false;
  const open = (target: Target, isGuarded: boolean, place: string) => {
    const connection = openConnection({
      scratch,
      dial: (onread, onReady) =>
        isClosed ? new Socket().destroy(new Error(CLOSED)) : dial(target, { isGuarded, onread, sessions, onReady }),
      onFree: (idleMs) => pool.put(place, connection, idleMs),
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
