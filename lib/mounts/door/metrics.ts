import type { Overload } from "../overload.ts";
import type { Connections } from "./connections.ts";

/** What the door counts itself, since the start of the process. */
export type DoorCounts = {
  readonly shed: { overload: number; inFlight: number };
  readonly cut: { slowBody: number; slowReader: number };
  malformed: number;
  inFlight: number;
};

export const createDoorCounts = (): DoorCounts => ({
  shed: { overload: 0, inFlight: 0 },
  cut: { slowBody: 0, slowReader: 0 },
  malformed: 0,
  inFlight: 0,
});

type Seen = { readonly counts: DoorCounts; readonly connections: Connections; readonly overload: Overload };

/** The door's own metrics in Prometheus' text form. */
export function renderDoorMetrics({ counts, connections, overload }: Seen): string {
  const refused = connections.refused();
  return [
    gauge("switchyard_connections", "Open connections of callers.", connections.open()),
    counter("switchyard_connections_refused_total", "Connections over a limit, closed unread.", {
      'limit="total"': refused.total,
      'limit="address"': refused.address,
    }),
    counter("switchyard_requests_shed_total", "Calls answered with 503 before anything was read.", {
      'reason="overload"': counts.shed.overload,
      'reason="in_flight"': counts.shed.inFlight,
    }),
    counter("switchyard_callers_cut_total", "Callers that sent or read too slowly.", {
      'reason="slow_body"': counts.cut.slowBody,
      'reason="slow_reader"': counts.cut.slowReader,
    }),
    counter("switchyard_malformed_requests_total", "Requests refused by their head alone.", { "": counts.malformed }),
    gauge("switchyard_overload_level", "0 fine, 1 strained, 2 shedding.", overload.level()),
    gauge(
      "switchyard_event_loop_delay_max_seconds",
      "Longest delay of the event loop since the last scrape.",
      overload.takeDelayMaxMs() / 1_000,
    ),
    gauge("switchyard_memory_ratio", "Heap or resident memory against its limit, the nearer.", overload.memoryRatio()),
  ].join("");
}

const gauge = (name: string, help: string, value: number) =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;

function counter(name: string, help: string, values: Readonly<Record<string, number>>): string {
  const lines = Object.entries(values).map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${lines.join("")}`;
}
