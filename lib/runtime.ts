import { CHANNELS } from "#lib/base/events";
import { openClock } from "#lib/drivers/clock.postgres";
import { openConfiguration } from "#lib/drivers/configuration.postgres";
import { CREDENTIAL_CHANNELS, openCredentials } from "#lib/drivers/credentials.postgres";
import { openFailedAuth } from "#lib/drivers/failed-auth.memory";
import { openLimits } from "#lib/drivers/limits";
import { openListener } from "#lib/drivers/listen.postgres";
import { createMetrics, type Metrics } from "#lib/drivers/metrics.prometheus";
import { openResponses } from "#lib/drivers/responses.postgres";
import { createSilence } from "#lib/drivers/silence";
import { openDialer } from "#lib/drivers/upstream.http1";
import { sandboxUpstream } from "#lib/drivers/upstream.sandbox";
import type { ClockPort, GatewayDeps } from "#lib/gateway/ports";
import { providerOf } from "#lib/gateway/providers/registry";
import { readAvailable } from "#lib/ledger/balance";
import { openCreditGate } from "#lib/ledger/credit-gate";
import { type JournalInstance, openJournalInstance } from "#lib/ledger/journal/instance";
import type { openSegments } from "#lib/ledger/journal/segments";
import { type Config, readEnvironment } from "#lib/platform/config";
import { createLog, type Log } from "#lib/platform/log";
import { openSql, type Sql } from "#lib/platform/sql";

const SQL_CONNECTIONS = 4;
/** Apart from the others, so that long conversations never keep keys or money waiting. */
const RESPONSES_SQL_CONNECTIONS = 3;
const FLUSH_AT_CLOSE_MS = 5_000;

export type Gateway = {
  readonly config: Config;
  readonly deps: GatewayDeps;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Why requests cannot be served well at the moment; empty when they can. */
  readonly problems: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** What a test may put in a driver's place. */
export type Seams = { readonly openSegments?: typeof openSegments };

/** The composition root of the gateway role: settings to drivers to ports. */
export async function openGateway(config: Config, seams: Seams = {}): Promise<Gateway> {
  const log = createLog("gateway", config.LOG_LEVEL);
  const sql = openSql(config.DATABASE_URL, SQL_CONNECTIONS);
  const clock = await openClock(sql);
  const instance = openJournalInstance({
    dataDir: config.DATA_DIR,
    databaseUrl: config.DATABASE_URL,
    sql,
    isSynced: config.JOURNAL_FSYNC === "1",
    open: seams.openSegments,
    now: clock.now,
    log,
  });
  const configuration = await openDocument(config, sql, log);
  const credentials = openKnownCredentials(config, sql, clock);
  const gate = openCreditGate(
    (orgIds) => readAvailable(sql, orgIds),
    clock.monotonic,
    instance.journal.recordedUntilMs,
  );
  const listener = openListener({
    databaseUrl: config.DATABASE_URL,
    channels: [...CREDENTIAL_CHANNELS, CHANNELS.ledgerChanged],
    onMessage: (channel, payload) =>
      channel === CHANNELS.ledgerChanged ? gate.forget(payload) : credentials.hear(channel, payload),
    onReconnect: credentials.forgetAll,
    log,
  });
  const dialer = openDialer();
  const silence = createSilence(config.STREAM_KEEP_ALIVE_MS);
  const metrics = createMetrics(() => depthOf(instance));
  const limits = await openLimits(limitsOf(config, clock.monotonic, log));
  metrics.add(limits.render);
  const responses = openGatewayResponses(config, log);
  const deps: GatewayDeps = {
    keys: credentials,
    configuration: configuration.port,
    limits,
    money: gate,
    journal: instance.journal,
    upstream: dialer,
    sandbox: sandboxUpstream,
    responses: responses.port,
    metrics,
    clock,
    silence,
    random: Math.random,
    log,
  };
  return {
    config,
    deps,
    metrics,
    log,
    problems: () => problemsOf(configuration.port, instance),
    async close() {
      await instance.close(FLUSH_AT_CLOSE_MS);
      const open = [dialer, listener, configuration, limits, responses];
      await Promise.all(open.map((part) => part.close()));
      gate.close();
      silence.close();
      clock.close();
      metrics.close();
      await sql.end();
    },
  };
}

const problemsOf = (
  configuration: GatewayDeps["configuration"] & { isReady: () => boolean },
  journal: JournalInstance,
) => [
  ...(configuration.isReady() ? [] : ["no configuration"]),
  ...(journal.isWritable() ? [] : ["the journal cannot be written"]),
];

const limitsOf = (config: Config, monotonic: () => number, log: Log) => ({
  requestsPerMinute: config.REQUESTS_PER_MINUTE,
  processes: config.GATEWAY_PROCESSES,
  process: config.GATEWAY_PROCESS,
  redisUrl: config.REDIS_URL,
  monotonic,
  log,
});

const openKnownCredentials = (config: Config, sql: Sql, clock: ClockPort) =>
  openCredentials({
    sql,
    clock,
    pepper: config.KEY_PEPPER,
    issuer: config.PUBLIC_URL,
    failures: openFailedAuth({
      perMinute: config.FAILED_AUTH_PER_MINUTE,
      monotonic: clock.monotonic,
    }),
  });

const openDocument = (config: Config, sql: Sql, log: Log) =>
  openConfiguration({
    sql,
    databaseUrl: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    secretsKey: config.SECRETS_KEY,
    registry: { providerOf },
    environment: readEnvironment,
    log,
  });

function openGatewayResponses(config: Config, log: Log) {
  const sql = openSql(config.DATABASE_URL, RESPONSES_SQL_CONNECTIONS);
  const { port, close } = openResponses({
    sql,
    secretsKey: config.SECRETS_KEY,
    retentionDays: config.RESPONSES_RETENTION_DAYS,
    log,
  });
  return {
    port,
    async close() {
      await close(FLUSH_AT_CLOSE_MS);
      await sql.end();
    },
  };
}

function depthOf({ journal, flusher }: JournalInstance) {
  const { admitted, queued, inFlight } = journal.depth();
  return { admitted, queued: queued + inFlight, lagMs: flusher.lagMs() };
}
