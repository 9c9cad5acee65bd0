import cluster from "node:cluster";
import { parseArgs } from "node:util";
import { startRole } from "#lib/mounts/start-role";
import { loadConfig } from "#lib/platform/config";

await startRole(async () => {
  const { values } = parseArgs({ options: { port: { type: "string" }, "data-dir": { type: "string" } } });
  const config = loadConfig({ PORT: values.port, DATA_DIR: values["data-dir"] });
  // Each role loads only what it needs: a primary serves nothing and stays small.
  if (config.GATEWAY_PROCESSES === 1) {
    const { serveAlone } = await import("#lib/mounts/cluster/serve-alone");
    await serveAlone(config);
  } else if (cluster.isPrimary) {
    const { servePrimary } = await import("#lib/mounts/cluster/serve-primary");
    servePrimary(config);
  } else {
    const { serveWorker } = await import("#lib/mounts/cluster/serve-worker");
    await serveWorker(config);
  }
});
