import { AppError } from "#lib/base/errors";
import type { Roster } from "#lib/base/roster";
import type { ReplyStream } from "#lib/gateway/request";
import type { Connections } from "./connections.ts";
import type { Lane } from "./lane.ts";
import type { DoorServer } from "./open-server.ts";

const IDLE_CHECK_MS = 100;
/** For the last error frames to reach their readers. */
const CUT_MS = 300;

type Draining = {
  readonly server: DoorServer;
  readonly connections: Connections;
  readonly lane: Pick<Lane, "closeIdle"> | undefined;
  readonly streams: Roster<ReplyStream>;
};

/** Resolves when every connection is closed. What still streams when the time is up ends with an error its reader understands. */
export function drainServer({ server, connections, lane, streams }: Draining, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = () => {
      lane?.closeIdle();
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    };
    // A connection that falls idle after the listener has closed is closed by nobody else.
    const idle = setInterval(closeIdle, IDLE_CHECK_MS);
    const late = setTimeout(() => {
      streams.visit((stream) => stream.cut(new AppError("not_ready", "The gateway is shutting down.")));
      setTimeout(connections.closeAll, CUT_MS);
    }, timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
    closeIdle();
  });
}
