import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "#lib/platform/log";

const CLOSE_MS_MAX = 10_000;

/**
 * Waits for a part to close, but not for ever: a database that hangs answers nothing, and what it was not told is in the
 * journal. `drainMs` is what the closing itself may take first.
 */
export async function closeInTime(close: () => Promise<void>, log: Log, drainMs = 0): Promise<void> {
  const waitedMs = drainMs + CLOSE_MS_MAX;
  const isClosed = await Promise.race([close().then(() => true), sleep(waitedMs, false)]);
  if (!isClosed) log.warn("stopped before everything was closed", { waitedMs });
}

/** Runs `stop` once at the first SIGTERM or SIGINT and then exits with 0; a second signal exits at once with 1. */
export function onStopSignal(log: Log, stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info("stopping", { signal });
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("did not stop cleanly", { error });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
