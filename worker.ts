import { parseArgs } from "node:util";
import { listen, startRole } from "#lib/mounts/start-role";
import { closeInTime, onStopSignal } from "#lib/mounts/stop-signal";
import { openWorker } from "#lib/mounts/worker";
import { loadConfig } from "#lib/platform/config";

await startRole(async () => {
  const { values } = parseArgs({ options: { port: { type: "string" }, "data-dir": { type: "string" } } });
  const config = loadConfig({ WORKER_PORT: values.port, DATA_DIR: values["data-dir"] });
  const worker = await openWorker(config);

  onStopSignal(worker.log, () => closeInTime(() => worker.close(config.DRAIN_MS), worker.log, config.DRAIN_MS));

  // Loopback only: the front door hands the Admin API on.
  await listen(worker.server, { port: config.WORKER_PORT, host: "127.0.0.1", setting: "WORKER_PORT" });
  worker.log.info("listening", { port: config.WORKER_PORT });
});
