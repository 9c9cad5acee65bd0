import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import type { Crew } from "./crew.ts";
import { type Settings, saveSettings } from "./settings.ts";
import { StartError, type Surroundings, type UpOptions } from "./types.ts";

const CONNECT_MS = 5_000;
const FOLDER_NAME_BYTES = 6;

export type OpenDatabase = {
  readonly databaseUrl: string;
  readonly isEmbedded: boolean;
  /** With where the embedded server was, so that it is found there again. */
  readonly settings: Settings;
};

type Wanted = {
  readonly options: UpOptions;
  readonly around: Surroundings;
  readonly settings: Settings;
  readonly crew: Crew;
};

/** Connects to the database of DATABASE_URL, or starts the embedded server. Throws a StartError when neither works. */
export async function openDatabase({ options, around, settings, crew }: Wanted): Promise<OpenDatabase> {
  const given = around.environment.DATABASE_URL;
  if (given) {
    await checkConnection(given);
    return { databaseUrl: given, isEmbedded: false, settings };
  }
  const { root, environment, drainMs, say, stop } = around;
  const wanted = {
    keeperCommand: [process.execPath, join(root, "scripts", "up", "postgres-keeper.ts")],
    root,
    dataDir: options.dataDir,
    preferredPort: settings.POSTGRES_PORT ? Number(settings.POSTGRES_PORT) : undefined,
    fallback: settings.POSTGRES_FOLDER || newFallback(),
    drainMs,
    environment,
  };
  const start = () => Promise.race([crew.startPostgres(wanted), rejected(stop)]);
  const { databaseUrl, port, folder } = await say.timed("PostgreSQL runs", start);
  if (folder === options.dataDir) {
    return { databaseUrl, isEmbedded: true, settings: { ...settings, POSTGRES_PORT: String(port) } };
  }
  const remembered = { ...settings, POSTGRES_PORT: String(port), POSTGRES_FOLDER: folder };
  saveSettings(options.dataDir, remembered);
  say.line(
    `  As root, PostgreSQL runs as another user who cannot enter ${options.dataDir}: its files are in ${folder}`,
  );
  return { databaseUrl, isEmbedded: true, settings: remembered };
}

async function checkConnection(databaseUrl: string) {
  const { host, pathname } = addressOf(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The database of DATABASE_URL (${host}${pathname}) cannot be reached: ${reason}
Check the address, the user and the password, or unset DATABASE_URL to use the embedded PostgreSQL.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What is wrong with it is not quoted: it may hold a password. */
function addressOf(databaseUrl: string): URL {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  if (url?.host && /^postgres(ql)?:$/.test(url.protocol) && isDecodable(url)) return url;
  throw new StartError(`DATABASE_URL is no address of a PostgreSQL. It is written postgresql://USER:PASSWORD@HOST:PORT/NAME,
with signs such as / @ % in the password percent-encoded. Or unset it to use the embedded PostgreSQL.`);
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** A new name for each data directory: a new directory at an old place must not find the old data. */
const newFallback = () => join("/var/lib/switchyard", randomBytes(FOLDER_NAME_BYTES).toString("hex"));

const rejected = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new StartError("Stopped.")), { once: true });
  });
