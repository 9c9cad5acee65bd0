import { parseArgs } from "node:util";
import { openFrontDoor } from "#lib/mounts/front-door";
import { onStopSignal } from "#lib/mounts/stop-signal";
import { loadConfig } from "#lib/platform/config";
import { openGateway } from "#lib/runtime";

const { values } = parseArgs({ options: { port: { type: "string" }, "data-dir": { type: "string" } } });
const config = loadConfig({ PORT: values.port, DATA_DIR: values["data-dir"] });
const gateway = await openGateway(config);
const door = openFrontDoor(gateway);

onStopSignal(gateway.log, async () => {
  await door.drain(config.DRAIN_MS);
  await gateway.close();
});

door.server.listen(config.PORT, config.HOST, () => gateway.log.info("listening", { port: config.PORT }));
