import { type Death, type Kept, keepAlive } from "./keep-alive.ts";
import { followLog, rotateLog } from "./log-file.ts";
import { keepPostgres, type PostgresLink } from "./postgres-link.ts";
import type { Role } from "./roles.ts";
import { markOf, type RunLock } from "./run-lock.ts";
import type { Pids, RoleName, Surroundings } from "./types.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

const AFTER_DRAIN_MS = 5_000;
/** The keeper may have to wait for PostgreSQL's last checkpoint. */
const POSTGRES_STOP_MS = 60_000;
const STOP_ORDER: readonly RoleName[] = ["gateway", "portal", "worker"];
const SHOWN_MAX = 200;

export type Crew = {
  readonly startPostgres: (wanted: Parameters<typeof keepPostgres>[0]) => PostgresLink["ready"];
  readonly startRole: (role: Role) => Promise<void>;
  readonly pids: () => Pids;
  /** Gateway, portal, worker, PostgreSQL: each when the one before is gone. */
  readonly stop: () => Promise<void>;
};

/** Everything `up` has started. Each change of process ids goes to the keeper, to the lock and to `onPids`. */
export function createCrew(around: Surroundings, lock: RunLock, onPids: (pids: Pids) => void): Crew {
  const roles = new Map<RoleName, Kept>();
  const followers: (() => void)[] = [];
  let postgres: PostgresLink | undefined;

  const pids = (): Pids => ({
    gateway: roles.get("gateway")?.pid() ?? null,
    portal: roles.get("portal")?.pid() ?? null,
    worker: roles.get("worker")?.pid() ?? null,
    postgres: postgres?.pid() ?? null,
  });
  const publish = () => {
    const children = [...roles.values(), ...(postgres ? [postgres.keeper] : [])].flatMap((kept) => {
      const mark = markOf(kept.pid() ?? 0);
      return mark === undefined ? [] : [{ role: kept.name, ...mark }];
    });
    lock.record(children);
    postgres?.tell([...roles.values()].flatMap((kept) => kept.pid() ?? []));
    onPids(pids());
  };
  // Before a process was ready once, its deaths end in one message of why it does not start.
  const wasReady = new Set<string>();
  const tellDeath = (name: string) => (death: Death) => {
    publish();
    if (wasReady.has(name)) around.say.line(`  ${name} ended (${death.reason}): starting it again.`);
  };

  return {
    pids,
    startPostgres: (wanted) => {
      postgres = keepPostgres(wanted, { onPid: () => queueMicrotask(publish), onDeath: tellDeath("postgres") });
      return postgres.ready.then((state) => {
        wasReady.add("postgres");
        return state;
      });
    },
    startRole: async (role) => {
      let deaths = 0;
      rotateLog(role.spec.logFile);
      followers.push(followLog(role.spec.logFile, (line) => echoError(around, role.name, line)));
      const onDeath = (death: Death) => {
        deaths = death.deaths;
        tellDeath(role.name)(death);
      };
      roles.set(role.name, keepAlive(role.spec, { onPid: () => queueMicrotask(publish), onDeath }));
      const { name, readyUrl: url } = role;
      await waitUntilReady({ name, url, logFile: role.spec.logFile, deaths: () => deaths, stop: around.stop });
      wasReady.add(name);
    },
    stop: async () => {
      for (const name of STOP_ORDER) await roles.get(name)?.stop(around.drainMs + AFTER_DRAIN_MS, around.hurry);
      await postgres?.keeper.stop(POSTGRES_STOP_MS, around.hurry);
      for (const unfollow of followers) unfollow();
    },
  };
}

/** Shows on the terminal what someone must act on; the rest stays in the log. */
function echoError(around: Surroundings, role: RoleName, line: string) {
  if (!line.includes('"level":"error"')) return;
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  around.say.line(`  ${role}: ${message.slice(0, SHOWN_MAX)}`);
}
