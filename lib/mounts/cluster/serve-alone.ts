import type { Config } from "#lib/platform/config";
import { openGateway } from "#lib/runtime";
import { openFrontDoor } from "../front-door.ts";
import { listen } from "../start-role.ts";
import { closeInTime, onStopSignal } from "../stop-signal.ts";

/** The gateway as the only process of its port. */
export async function serveAlone(config: Config): Promise<void> {
  const gateway = await openGateway(config);
  const door = openFrontDoor(gateway);

  onStopSignal(gateway.log, async () => {
    await door.drain(config.DRAIN_MS);
    await closeInTime(gateway.close, gateway.log);
  });

  await listen(door.server, { port: config.PORT, host: config.HOST, setting: "PORT" });
  gateway.log.info("listening", { port: config.PORT });
}
