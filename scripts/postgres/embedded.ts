import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { checkWritable, installedBinaries, isReachable, reachableBinaries, type User } from "./binaries.ts";
import { gone, isListening, runningServer, stopServer } from "./process.ts";

export type Server = {
  readonly pid: number;
  readonly port: number;
  readonly databaseUrl: string;
  /** Resolves with the exit code or signal when the server has ended. */
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
};

export type StartOptions = {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  readonly settings?: Readonly<Record<string, string>>;
};

type Place = {
  readonly binaries: string;
  readonly home: string;
  readonly data: string;
  readonly log: string;
  readonly user: User | undefined;
};

const START_MS = 30_000;
const POLL_MS = 50;
const LOG_LINES_SHOWN = 15;
/** So long the children of a server that was killed may take to end. */
const LINGER_MS = 10_000;
/** How the name of a folder begins in which a cluster is made. */
const UNFINISHED = "data.new-";
const ALL = { recursive: true, force: true };
const DATABASE = "switchyard";
const OWNER = "switchyard";

/**
 * Starts PostgreSQL on 127.0.0.1 with its data below `dataDir`, made on the first start. Its process stands alone: it
 * outlives a signal to our group. Throws an Error that says what to do.
 */
export async function startPostgres(options: StartOptions): Promise<Server> {
  const { port, password } = options;
  const place = preparePlace(options.dataDir);
  if (!existsSync(join(place.data, "PG_VERSION"))) initialise(place, password);
  checkVersion(place);
  if (await isListening(port)) throw new Error(`Port ${port} is in use, so PostgreSQL cannot start there.`);
  const untilMs = performance.now() + LINGER_MS;
  while (true) {
    const server = launch(place, options);
    try {
      await untilReady(place, port, server.exited);
      await ensureDatabase(place, port, password);
      return server;
    } catch (error) {
      if (server.pid > 0) await server.stop();
      if (!isHeldByTheDead(place) || performance.now() > untilMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** What a server that was killed had started lives on for a moment, and holds its memory. */
const isHeldByTheDead = ({ log }: Place) =>
  lastLines(readFileSync(log, "utf8")).includes("pre-existing shared memory block");

function launch(place: Place, options: StartOptions): Server {
  const { port, password } = options;
  const output = openSync(place.log, "a");
  const child = spawn(join(place.binaries, "bin", "postgres"), serverArguments(place.data, options), {
    ...place.user,
    cwd: place.home,
    detached: true,
    env: cleanEnvironment(),
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(String(signal ?? code)));
    child.once("error", (error) => resolve(error.message));
  });
  return serverOf({ pid: child.pid ?? 0, port }, password, exited);
}

/** Takes over a server that still runs on this data after its keeper was killed; nothing when none runs. */
export async function adoptPostgres({
  dataDir,
  password,
}: Pick<StartOptions, "dataDir" | "password">): Promise<Server | undefined> {
  const running = runningServer(join(dataDir, "postgres", "data"));
  if (running === undefined || !(await isListening(running.port))) return undefined;
  return serverOf(running, password, gone(running.pid));
}

const serverOf = ({ pid, port }: { pid: number; port: number }, password: string, exited: Promise<string>): Server => ({
  pid,
  port,
  databaseUrl: `postgresql://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`,
  exited,
  stop: () => stopServer(pid),
});

function preparePlace(dataDir: string): Place {
  const home = join(dataDir, "postgres");
  checkWritable(dataDir);
  const user = unprivilegedUser();
  if (user && !isReachable(home, user)) {
    throw new Error(
      `As root, PostgreSQL runs as an unprivileged user, and that user cannot enter ${dataDir}.\nChoose a folder it can enter with --data-dir, for example --data-dir /var/lib/switchyard.`,
    );
  }
  mkdirSync(home, { recursive: true });
  if (user) chownSync(home, user.uid, user.gid);
  chmodSync(home, 0o755);
  const binaries = reachableBinaries(installedBinaries(), home, user);
  return { binaries, home, data: join(home, "data"), log: join(home, "server.log"), user };
}

/** PostgreSQL refuses to run as root: a user without rights takes its place. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const login of ["postgres", "nobody"]) {
    const entry = entries.find(([name]) => name === login);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is no other user for it.\nRun as an ordinary user, or set DATABASE_URL.",
  );
}

function initialise({ binaries, home, data, user }: Place, password: string): void {
  const passwordFile = join(home, "initial-password");
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  // A try that is killed leaves half a cluster, which looks like a whole one: only a whole one gets the name. What that
  // try had started may go on for a moment, so each has a folder of its own.
  const begun = readdirSync(home).filter((name) => name.startsWith(UNFINISHED));
  for (const name of ["data", ...begun]) rmSync(join(home, name), { ...ALL, maxRetries: 10, retryDelay: 100 });
  const made = mkdtempSync(join(home, UNFINISHED));
  if (user) chownSync(made, user.uid, user.gid);
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const access = [`--username=${OWNER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const given = { ...user, cwd: home, env: cleanEnvironment(), encoding: "utf8" as const };
  const result = spawnSync(
    join(binaries, "bin", "initdb"),
    [`--pgdata=${made}`, ...locale, ...access, "--no-sync"],
    given,
  );
  rmSync(passwordFile, { force: true });
  if (result.status === 0) return renameSync(made, data);
  rmSync(made, ALL);
  throw new Error(`PostgreSQL could not prepare ${data}:\n${lastLines(result.stderr || String(result.error))}`);
}

function serverArguments(data: string, { port, settings }: StartOptions): string[] {
  const given = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "128MB",
    ...settings,
  };
  return [
    "-D",
    data,
    "-p",
    String(port),
    ...Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

function checkVersion({ binaries, data }: Place): void {
  const made = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
  const { stdout } = spawnSync(join(binaries, "bin", "postgres"), ["--version"], { encoding: "utf8" });
  const runs = /(\d+)\./.exec(stdout ?? "")?.[1];
  if (runs === undefined || runs === made) return;
  throw new Error(
    `The data in ${data} is of PostgreSQL ${made}, the server here is ${runs}.\nMove the folder away, or set DATABASE_URL.`,
  );
}

async function untilReady({ log }: Place, port: number, exited: Promise<string>): Promise<void> {
  let isEnded = false;
  void exited.then(() => {
    isEnded = true;
  });
  const untilMs = performance.now() + START_MS;
  while (performance.now() < untilMs && !isEnded) {
    if (await isListening(port)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`PostgreSQL does not start. Its last words (${log}):\n${lastLines(readFileSync(log, "utf8"))}`);
}

/** The first start makes the database; later ones wait until it takes connections (57P03: it is still starting up). */
async function ensureDatabase({ home }: Place, port: number, password: string): Promise<void> {
  const untilMs = performance.now() + START_MS;
  for (;;) {
    const client = new pg.Client({ host: "127.0.0.1", port, user: OWNER, password, database: "postgres" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
      return;
    } catch (error) {
      if (performance.now() > untilMs || !isStarting(error)) throw explained(error, home);
      await sleep(POLL_MS);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

const isStarting = (error: unknown) => codeOf(error) === "57P03";

const explained = (error: unknown, home: string) => (codeOf(error) === "28P01" ? wrongPassword(home, error) : error);

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : undefined);

const wrongPassword = (home: string, cause: unknown) =>
  new Error(
    `The database in ${home} was made with another password.\nKeep runtime.json beside it, or move the folder away.`,
    { cause },
  );

const cleanEnvironment = () => ({
  NODE_ENV: "production" as const,
  PATH: "/usr/bin:/bin",
  TZ: "UTC",
  LC_ALL: "C",
});

const lastLines = (text: string) => text.trim().split("\n").slice(-LOG_LINES_SHOWN).join("\n");
