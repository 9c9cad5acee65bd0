import type { Log } from "#lib/platform/log";

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
