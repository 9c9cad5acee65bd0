import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Death, type Kept, keepAlive, type Watchers } from "./keep-alive.ts";
import { KeeperReport, type PostgresReady } from "./keeper-messages.ts";
import { rotateLog, tailOf } from "./log-file.ts";
import { type Environment, StartError } from "./types.ts";
import { DEATHS_MAX } from "./wait-until-ready.ts";

export type PostgresLink = {
  readonly keeper: Kept;
  readonly ready: Promise<PostgresReady>;
  readonly pid: () => number | null;
  /** Names the processes that must be gone before PostgreSQL may stop. */
  readonly tell: (rolePids: readonly number[]) => void;
};

type Wanted = {
  readonly keeperCommand: readonly string[];
  readonly root: string;
  readonly dataDir: string;
  readonly preferredPort: number | undefined;
  readonly fallback: string;
  readonly drainMs: number;
  readonly environment: Environment;
};

/**
 * Holds PostgreSQL through a keeper: a process that outlives us long enough to stop the server after the roles, and
 * that is replaced when it dies, the server staying as it is.
 */
export function keepPostgres(wanted: Wanted, watchers: Watchers): PostgresLink {
  const { resolve, reject, promise: ready } = Promise.withResolvers<PostgresReady>();
  let serverPid: number | null = null;
  let port: number | undefined;
  let rolePids: readonly number[] = [];
  let keeperProcess: ChildProcess | undefined;

  const receive = (line: string) => {
    const report = KeeperReport.parse(JSON.parse(line));
    if (report.state === "failed") return reject(new StartError(withAdvice(report.message)));
    serverPid = report.state === "ready" ? report.pid : null;
    if (report.state === "ready") {
      port = report.port;
      resolve(report);
    } else watchers.onDeath({ reason: report.reason, deaths: 1, restartInMs: 0 });
    watchers.onPid();
  };
  const send = () => void keeperProcess?.stdin?.write(`${JSON.stringify({ roles: rolePids })}\n`);
  const connect = (child: ChildProcess) => {
    keeperProcess = child;
    // A keeper that has just died is replaced; what was written to it goes to the next one.
    child.stdin?.on("error", () => undefined);
    if (child.stdout) createInterface({ input: child.stdout }).on("line", receive);
    send();
  };

  const { dataDir, preferredPort, fallback, drainMs } = wanted;
  const spec = {
    name: "postgres-keeper",
    command: () => [...wanted.keeperCommand, JSON.stringify({ dataDir, preferredPort, port, fallback, drainMs })],
    environment: wanted.environment,
    cwd: wanted.root,
    logFile: join(dataDir, "logs", "postgres-keeper.log"),
    connect,
  };
  const onDeath = (death: Death) => {
    if (death.deaths >= DEATHS_MAX)
      reject(new StartError(withAdvice(`PostgreSQL does not start:\n\n${tailOf(spec.logFile)}`)));
    watchers.onDeath({ ...death, reason: `its keeper: ${death.reason}` });
  };
  rotateLog(spec.logFile);
  const keeper = keepAlive(spec, { ...watchers, onDeath });
  const tell = (pids: readonly number[]) => {
    rolePids = pids;
    send();
  };
  return { keeper, ready, pid: () => serverPid, tell };
}

const withAdvice = (message: string) =>
  message.includes("does not start")
    ? `${message}\n\nStart with another --data-dir, or set DATABASE_URL to a PostgreSQL of your own.`
    : message;
