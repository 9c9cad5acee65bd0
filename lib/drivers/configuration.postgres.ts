import { CHANNELS } from "#lib/base/events";
import { parseDocument } from "#lib/gateway/configuration/document";
import { storedSecretsOf } from "#lib/gateway/configuration/take-out-secrets";
import type { SealedSecret } from "#lib/platform/envelope";
import type { Log } from "#lib/platform/log";
import type { Sql } from "#lib/platform/sql";
import type { CompilingNode } from "./compile-stored.ts";
import { readLastConfiguration, type StoredConfiguration, writeLastConfiguration } from "./configuration.disk.ts";
import { openListener } from "./listen.postgres.ts";
import { createRoutingSwap, type LiveConfiguration, type RoutingSwap } from "./routing-swap.ts";

// Below the two seconds in which every node must follow, so that polling alone keeps that promise.
const POLL_MS = 1_500;

export type ConfigurationOptions = CompilingNode & {
  readonly sql: Sql;
  /** Absent: no LISTEN, polling alone. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly log: Log;
};

export type ConfigurationDriver = {
  readonly port: LiveConfiguration;
  /** Looks at the database now. Resolves when what is active there has been tried; rejects when it cannot be read. */
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Loads the active version and keeps it current: by NOTIFY, and by polling behind it. With PostgreSQL down, or an active
 * version that does not compile here, it starts from the last good one on disk; with neither it is not ready and goes on trying.
 */
export async function openConfiguration(options: ConfigurationOptions): Promise<ConfigurationDriver> {
  const { databaseUrl, log } = options;
  const swap = createRoutingSwap(options, log);
  const refresher = createRefresher(options, swap);
  await refresher.look(false);
  if (!swap.live.isReady() && refresher.isDiskWanted()) await startFromDisk(options, swap);
  const poll = startPolling(() => refresher.look(false));
  const look = () => void refresher.look(true);
  const listener =
    databaseUrl === undefined
      ? undefined
      : openListener({ databaseUrl, channels: [CHANNELS.configActivated], onMessage: look, onReconnect: look, log });
  return {
    port: swap.live,
    refresh: refresher.lookNow,
    close: async () => {
      poll.stop();
      await listener?.close();
      await refresher.idle();
    },
  };
}

/** Looks one at a time; a call during a look asks for one more after it. */
function createRefresher(options: ConfigurationOptions, swap: RoutingSwap) {
  let refused: number | undefined;
  let isDown = false;
  let isEmpty = false;
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  const lookOnce = async () => {
    const number = await activeNumber(options.sql);
    isEmpty = number === undefined;
    if (number === undefined || number === swap.version() || number === refused) return;
    const stored = await loadVersion(options.sql, number);
    if (swap.offer(stored)) await keepOnDisk(options, stored);
    else refused = number;
  };

  const lookNow = () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        last = lookOnce();
        return last;
      });
    return next;
  };

  /** `isAsked` after an announcement: then a version refused before is tried again. */
  const look = async (isAsked: boolean) => {
    if (isAsked) refused = undefined;
    try {
      await lookNow();
      if (isDown) options.log.info("the configuration can be read from the database again");
      isDown = false;
    } catch (cause) {
      if (!isDown) options.log.warn("the configuration cannot be read from the database", { cause });
      isDown = true;
    }
  };

  const idle = async () => {
    await next?.catch(() => undefined);
    await last.catch(() => undefined);
  };
  return { look, lookNow, idle, isDiskWanted: () => isDown || !isEmpty };
}

async function activeNumber(sql: Sql): Promise<number | undefined> {
  const { rows } = await sql.query<{ version: number }>(
    "SELECT version FROM config_activation ORDER BY id DESC LIMIT 1",
  );
  return rows[0]?.version;
}

type VersionRow = { readonly document: unknown; readonly created_at: Date };
type SecretRow = {
  readonly name: string;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly wrapped_key: Uint8Array<ArrayBuffer>;
  readonly wrap_nonce: Uint8Array<ArrayBuffer>;
  readonly key_version: number;
};

async function loadVersion(sql: Sql, number: number): Promise<StoredConfiguration> {
  const { rows } = await sql.query<VersionRow>("SELECT document, created_at FROM config_version WHERE number = $1", [
    number,
  ]);
  const [row] = rows;
  if (!row) throw new Error(`configuration version ${number} is active but not stored`);
  const parsed = parseDocument(row.document);
  const secrets = parsed.ok
    ? await loadSecrets(sql, storedSecretsOf(parsed.document))
    : new Map<string, SealedSecret>();
  return { number, createdAtS: Math.floor(row.created_at.getTime() / 1_000), document: row.document, secrets };
}

async function loadSecrets(sql: Sql, names: readonly string[]): Promise<ReadonlyMap<string, SealedSecret>> {
  if (names.length === 0) return new Map();
  const { rows } = await sql.query<SecretRow>(
    "SELECT name, ciphertext, nonce, wrapped_key, wrap_nonce, key_version FROM secret WHERE name = ANY($1)",
    [names],
  );
  return new Map(
    rows.map(({ name, ciphertext, nonce, wrapped_key, wrap_nonce, key_version }) => [
      name,
      { ciphertext, nonce, wrappedKey: wrapped_key, wrapNonce: wrap_nonce, keyVersion: key_version },
    ]),
  );
}

async function keepOnDisk({ dataDir, log }: ConfigurationOptions, stored: StoredConfiguration): Promise<void> {
  try {
    await writeLastConfiguration(dataDir, stored);
  } catch (cause) {
    log.warn("the configuration could not be kept on disk", { cause });
  }
}

async function startFromDisk({ dataDir, log }: ConfigurationOptions, swap: RoutingSwap): Promise<void> {
  try {
    const stored = await readLastConfiguration(dataDir);
    if (swap.offer(stored)) log.warn("started with the last good configuration on disk", { version: stored.number });
  } catch (cause) {
    log.warn("there is no configuration to start from yet", { cause });
  }
}

function startPolling(look: () => Promise<void>) {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const wait = () => {
    timer = setTimeout(async () => {
      await look();
      if (!isStopped) wait();
    }, POLL_MS);
  };
  wait();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
