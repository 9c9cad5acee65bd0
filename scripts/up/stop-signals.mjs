const PARENT_POLL_MS = 500;
/** npm passes Ctrl-C on although the terminal has already sent it: only a later one means "hurry". */
const SAME_REQUEST_MS = 1_000;
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Turns SIGINT, SIGTERM, SIGHUP and the death of the parent into one request to stop, and a second request after
 * a while into a request to hurry. `close` removes the listeners.
 * @typedef {{ signal: AbortSignal, hurry: AbortSignal, close: () => void }} Stop
 * @param {number} parentPid the parent this process was started by
 * @returns {Stop}
 */
export function listenForStop(parentPid = process.ppid) {
  const stop = new AbortController();
  const hurry = new AbortController();
  let requestedAtMs = 0;
  const request = () => {
    const now = performance.now();
    if (!stop.signal.aborted) requestedAtMs = now;
    if (stop.signal.aborted && now - requestedAtMs > SAME_REQUEST_MS) hurry.abort();
    stop.abort(new Error("Stopped."));
  };
  const watch = setInterval(() => {
    if (process.ppid === parentPid) return;
    clearInterval(watch);
    request();
  }, PARENT_POLL_MS);
  watch.unref();
  // A closed terminal must not kill the process that is still stopping the others.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  for (const name of SIGNALS) process.on(name, request);
  const close = () => {
    clearInterval(watch);
    for (const name of SIGNALS) process.removeListener(name, request);
  };
  return { signal: stop.signal, hurry: hurry.signal, close };
}
