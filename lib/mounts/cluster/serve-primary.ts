import cluster from "node:cluster";
import type { Config } from "#lib/platform/config";
import { createLog } from "#lib/platform/log";
import { onStopSignal } from "../stop-signal.ts";
import { type Crew, createCrew, type Member, tell } from "./crew.ts";
import { FromWorker } from "./messages.ts";
import { createScrape } from "./scrape.ts";

/** For what follows the drain: flushing the journal, closing connections. */
const AFTER_DRAIN_MS = 5_000;

/**
 * Holds the port and hands each connection to a gateway process; it serves nothing itself. Not SO_REUSEPORT: there the
 * connections that wait for a process which stops listening are reset (docs/processes.md).
 */
export function servePrimary(config: Config): void {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const log = createLog("gateway", config.LOG_LEVEL);
  const scrape = createScrape({ crew: () => crew, renderOwn: () => renderCrew(crew) });
  const crew = createCrew({
    size: config.GATEWAY_PROCESSES,
    log,
    onMessage(member, received) {
      const { data: message } = FromWorker.safeParse(received);
      if (message) answer(member, message);
    },
    onGone: scrape.forget,
    onFailure(reason) {
      log.error("no gateway process could start", { reason });
      // Not before the others are gone: they would find nobody to ask for the port, and say so with a stack.
      void crew.stop(0).then(() => process.exit(1));
    },
  });
  const answer = (member: Member, message: FromWorker): void => {
    switch (message.kind) {
      case "leaving":
        return crew.replace(member);
      case "left":
        scrape.note(member, message.text);
        return tell(member, { kind: "farewell" });
      case "scrape":
        return void scrape.gather().then((text) => tell(member, { kind: "scraped", id: message.id, text }));
      case "rendered":
        return scrape.hear(message.id, message.text);
    }
  };
  onStopSignal(log, () => crew.stop(config.DRAIN_MS + AFTER_DRAIN_MS));
}

function renderCrew(crew: Crew): string {
  const members = crew.members().filter(({ isListening }) => isListening);
  const leaving = members.filter(({ isLeaving }) => isLeaving).length;
  return (
    "# HELP switchyard_gateway_processes Gateway processes behind this port.\n# TYPE switchyard_gateway_processes gauge\n" +
    `switchyard_gateway_processes{state="serving"} ${members.length - leaving}\n` +
    `switchyard_gateway_processes{state="leaving"} ${leaving}\n` +
    "# HELP switchyard_gateway_process_deaths_total Gateway processes that ended unasked.\n" +
    `# TYPE switchyard_gateway_process_deaths_total counter\nswitchyard_gateway_process_deaths_total ${crew.deaths()}\n`
  );
}
