import pg from "pg";
import type { Log } from "#lib/platform/log";

const CONNECT_TIMEOUT_MS = 3_000;
const HEARTBEAT_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;

type ListenerOptions = {
  readonly databaseUrl: string;
  readonly channels: readonly string[];
  readonly onMessage: (channel: string, payload: string) => void;
  /** Called each time listening begins, the first time too: what was announced before is lost, so refresh. */
  readonly onReconnect: () => void;
  readonly log: Log;
};

export type Listener = { readonly close: () => Promise<void> };

/** Listens to NOTIFY on a connection of its own, for as long as it is not closed; a lost connection is opened again. */
export function openListener(options: ListenerOptions): Listener {
  let isClosed = false;
  let failures = 0;
  let waiting: NodeJS.Timeout | undefined;
  let current: Connection | undefined;

  const connect = () => {
    current = openConnection(options, {
      onListening: () => {
        if (failures > 0) options.log.info("listening to the database again", { failures });
        failures = 0;
        guarded(options.log, options.onReconnect);
      },
      onLost: (cause) => {
        if (isClosed) return;
        if (failures === 0) options.log.warn("lost the connection that listens to the database", { cause });
        waiting = setTimeout(connect, backoffMs(failures++));
      },
    });
  };
  connect();

  return {
    close: async () => {
      isClosed = true;
      clearTimeout(waiting);
      await current?.close();
    },
  };
}

// Half of the wait is left to chance, so that a fleet does not come back in one instant.
function backoffMs(failures: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(failures, 10));
  return full / 2 + (Math.random() * full) / 2;
}

type Events = { readonly onListening: () => void; readonly onLost: (cause: unknown) => void };
type Connection = { readonly close: () => Promise<void> };

function openConnection({ databaseUrl, channels, onMessage, log }: ListenerOptions, events: Events): Connection {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: HEARTBEAT_TIMEOUT_MS,
    keepAlive: true,
    application_name: "switchyard-listener",
  });
  let isOver = false;
  // A connection that died without a word is noticed only by asking.
  const heartbeat = setInterval(() => client.query("SELECT 1").catch(lose), HEARTBEAT_MS);

  function lose(cause?: unknown): void {
    if (isOver) return;
    isOver = true;
    clearInterval(heartbeat);
    client.end().catch(() => undefined);
    events.onLost(cause);
  }

  const listen = async () => {
    await client.connect();
    for (const channel of channels) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    if (!isOver) events.onListening();
  };

  client.on("error", lose);
  client.on("end", () => lose());
  client.on("notification", ({ channel, payload }) => guarded(log, () => onMessage(channel, payload ?? "")));
  listen().catch(lose);

  return {
    close: async () => {
      isOver = true;
      clearInterval(heartbeat);
      await client.end().catch(() => undefined);
    },
  };
}

function guarded(log: Log, work: () => void): void {
  try {
    work();
  } catch (cause) {
    log.error("a listener to the database failed", { cause });
  }
}
