import { parseArgs } from "node:util";
import { closeInTime, onStopSignal } from "#lib/mounts/stop-signal";
import { openWorker } from "#lib/mounts/worker";
import { loadConfig } from "#lib/platform/config";

const { values } = parseArgs({ options: { port: { type: "string" }, "data-dir": { type: "string" } } });
const config = loadConfig({ WORKER_PORT: values.port, DATA_DIR: values["data-dir"] });
const worker = await openWorker(config);

onStopSignal(worker.log, () => closeInTime(() => worker.close(config.DRAIN_MS), worker.log, config.DRAIN_MS));

// Loopback only: the front door hands the Admin API on.
worker.server.listen(config.WORKER_PORT, "127.0.0.1", () => worker.log.info("listening", { port: config.WORKER_PORT }));
