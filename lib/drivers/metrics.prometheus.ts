import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, Registry } from "prom-client";
import { LATENCY_BOUNDS_MS, slotOf } from "#lib/base/histogram";
import type { RequestRecord } from "#lib/base/request-record";
import type { MetricsPort } from "#lib/gateway/ports";

export type Metrics = MetricsPort & {
  readonly render: () => Promise<string>;
  /** Adds what another part counts itself, as text. */
  readonly add: (render: () => string) => void;
  readonly inFlight: () => number;
  readonly close: () => void;
};

type JournalDepth = { readonly admitted: number; readonly queued: number; readonly lagMs: number };

type Series = {
  readonly labels: string;
  requests: number;
  attempts: number;
  inputTokens: number;
  outputTokens: number;
  readonly duration: Histogram;
  readonly firstByte: Histogram;
};
type Histogram = { readonly slots: Float64Array; sumMs: number; count: number };

/** Label sets are bounded by the configuration; a caller's invented names never make one (the served model does). */
const SERIES_MAX = 5_000;

/** A scrape sees some hundred samples; more of them would only wake an idle process. */
const DELAY_SAMPLE_MS = 100;

/**
 * Counts requests for Prometheus, with OpenTelemetry's gen_ai names where they exist. One look-up and a few additions a
 * request: a general client would hash the labels anew for each of seven observations.
 */
export function createMetrics(journal: () => JournalDepth): Metrics {
  const series = new Map<string, Series>();
  const others: (() => string)[] = [];
  const eventLoop = monitorEventLoopDelay({ resolution: DELAY_SAMPLE_MS });
  eventLoop.enable();
  const gauges = createGauges(() => inFlight, journal, eventLoop);
  let inFlight = 0;
  return {
    started() {
      inFlight++;
    },
    finished(record) {
      inFlight--;
      const entry = seriesOf(series, record);
      entry.requests += record.requests;
      entry.attempts += record.attempts.length;
      entry.inputTokens += record.usage.inputTokens;
      entry.outputTokens += record.usage.outputTokens;
      observe(entry.duration, record.durationMs);
      if (record.firstByteMs !== null) observe(entry.firstByte, record.firstByteMs);
    },
    inFlight: () => inFlight,
    render: async () =>
      [await gauges.metrics(), renderSeries([...series.values()]), ...others.map((render) => render())].join(""),
    add: (render) => void others.push(render),
    close: () => eventLoop.disable(),
  };
}

function createGauges(
  inFlight: () => number,
  journal: () => JournalDepth,
  eventLoop: ReturnType<typeof monitorEventLoopDelay>,
): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("switchyard_requests_in_flight", "Requests under way.", inFlight);
  gauge(
    "switchyard_journal_admitted",
    "Requests journalled as admitted and not yet settled.",
    () => journal().admitted,
  );
  gauge("switchyard_journal_depth", "Settled records not yet in the database.", () => journal().queued);
  gauge(
    "switchyard_journal_age_seconds",
    "Time since the database last took a batch while records wait.",
    () => journal().lagMs / 1000,
  );
  gauge(
    "switchyard_event_loop_delay_seconds",
    "99th percentile of the event loop's delay since the last scrape.",
    () => {
      // What is recorded is the whole time between two samples.
      const delayMs = eventLoop.percentile(99) / 1e6 - DELAY_SAMPLE_MS;
      eventLoop.reset();
      return Number.isFinite(delayMs) ? Math.max(0, delayMs) / 1_000 : 0;
    },
  );
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("process_cpu_seconds_total", "CPU time, user and system.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return registry;
}

function seriesOf(series: Map<string, Series>, record: RequestRecord): Series {
  const key = `${record.endpoint}|${record.servedModel}|${record.provider}|${record.status}|${record.isStream}`;
  const known = series.get(key);
  if (known) return known;
  const isRoom = series.size < SERIES_MAX;
  const made = createSeries(isRoom ? labelsOf(record) : 'gen_ai_operation_name="other"');
  series.set(isRoom ? key : "other", series.get("other") ?? made);
  return series.get(isRoom ? key : "other") ?? made;
}

const createSeries = (labels: string): Series => ({
  labels,
  requests: 0,
  attempts: 0,
  inputTokens: 0,
  outputTokens: 0,
  duration: createHistogram(),
  firstByte: createHistogram(),
});

const createHistogram = (): Histogram => ({
  slots: new Float64Array(LATENCY_BOUNDS_MS.length + 1),
  sumMs: 0,
  count: 0,
});

function observe(histogram: Histogram, ms: number): void {
  const slot = slotOf(ms);
  histogram.slots[slot] = (histogram.slots[slot] ?? 0) + 1;
  histogram.sumMs += ms;
  histogram.count++;
}

const labelsOf = (record: RequestRecord) =>
  [
    ["gen_ai_operation_name", record.endpoint],
    ["gen_ai_request_model", record.servedModel],
    ["gen_ai_provider_name", record.provider],
    ["status", String(record.status)],
    ["stream", String(record.isStream)],
  ]
    .map(
      ([name, value]) =>
        `${name}="${(value ?? "").replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`,
    )
    .join(",");

function renderSeries(all: readonly Series[]): string {
  const counter = (name: string, help: string, read: (series: Series) => number) =>
    `# HELP ${name} ${help}\n# TYPE ${name} counter\n${all.map((one) => `${name}{${one.labels}} ${read(one)}\n`).join("")}`;
  return [
    counter("switchyard_requests_total", "Requests answered.", (one) => one.requests),
    counter("switchyard_upstream_attempts_total", "Attempts sent upstream.", (one) => one.attempts),
    counter("switchyard_input_tokens_total", "Input tokens, cached ones included.", (one) => one.inputTokens),
    counter("switchyard_output_tokens_total", "Output tokens, reasoning included.", (one) => one.outputTokens),
    renderHistogram("gen_ai_server_request_duration_seconds", all, (one) => one.duration),
    renderHistogram("gen_ai_server_time_to_first_token_seconds", all, (one) => one.firstByte),
  ].join("");
}

function renderHistogram(name: string, all: readonly Series[], pick: (series: Series) => Histogram): string {
  const lines = [`# HELP ${name} Seconds, at the gateway.`, `# TYPE ${name} histogram`];
  for (const series of all) {
    const histogram = pick(series);
    let below = 0;
    for (const [slot, bound] of LATENCY_BOUNDS_MS.entries()) {
      below += histogram.slots[slot] ?? 0;
      lines.push(`${name}_bucket{${series.labels},le="${bound / 1000}"} ${below}`);
    }
    lines.push(`${name}_bucket{${series.labels},le="+Inf"} ${histogram.count}`);
    lines.push(
      `${name}_sum{${series.labels}} ${histogram.sumMs / 1000}`,
      `${name}_count{${series.labels}} ${histogram.count}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
