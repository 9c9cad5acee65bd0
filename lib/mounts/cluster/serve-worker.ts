import type { Config } from "#lib/platform/config";
import { openGateway } from "#lib/runtime";
import { openFrontDoor } from "../front-door.ts";
import { listen } from "../start-role.ts";
import { closeInTime, onStopSignal } from "../stop-signal.ts";
import { linkToPrimary } from "./primary-link.ts";

/** One of several gateway processes behind the primary's port. Its metrics are those of all. */
export async function serveWorker(config: Config): Promise<void> {
  const own = await openGateway(config);
  const { log, metrics } = own;
  const primary = linkToPrimary({ render: metrics.render, onStop: () => void stop().then(exitWith(0), exitWith(1)) });
  const door = openFrontDoor({ ...own, metrics: { ...metrics, render: primary.scrape } });

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopOnce();
    return stopping;
  };
  const stopOnce = async () => {
    primary.tell({ kind: "leaving" });
    await door.drain(config.DRAIN_MS);
    await closeInTime(own.close, log);
    await primary.leave(await metrics.render());
  };
  onStopSignal(log, stop);

  // Else one too many is handed round among full processes for ever.
  Object.assign(door.server, { dropMaxConnection: true });
  const { PORT: port, HOST: host, GATEWAY_PROCESS: number } = config;
  await listen(door.server, { port, host, setting: "PORT" });
  log.info("listening", { port, process: number });
}

const exitWith = (code: number) => () => process.exit(code);
