import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answers, type RunningUp, runUp, scratchFolder, until } from "./running-up.ts";

const { folder, remove } = scratchFolder();
let up: RunningUp;

const pidOf = (role: string) => up.started().pids[role] ?? 0;
const isGone = (pid: number) => !up.processes().includes(pid);

async function heals(role: string, before: number) {
  await until(`${role} has another process id`, () => pidOf(role) !== before && pidOf(role) !== 0);
  await until("the address answers", () => answers(up.started().url));
  expect(isGone(before)).toBe(true);
}

beforeAll(async () => {
  up = runUp(folder, ["--no-portal"], { DRAIN_MS: "2000" });
  await up.ready();
});

afterAll(async () => {
  up.child.kill("SIGTERM");
  await up.ended;
  remove();
});

describe("a process of up that is killed", () => {
  it.each([
    ["gateway", "SIGKILL"],
    ["gateway", "SIGSEGV"],
    ["gateway", "SIGTERM"],
    ["worker", "SIGKILL"],
    ["worker", "SIGTERM"],
    ["postgres", "SIGKILL"],
    ["postgres", "SIGSEGV"],
    ["postgres", "SIGTERM"],
  ] as const)("%s, killed by %s, is started again and the others go on", async (role, signal) => {
    const before = up.started().pids;
    process.kill(pidOf(role), signal);
    await heals(role, before[role] ?? 0);
    for (const other of ["gateway", "worker", "postgres"].filter((name) => name !== role)) {
      expect(pidOf(other), other).toBe(before[other]);
    }
  });

  it.each(["SIGKILL", "SIGSEGV"] as const)("the keeper, by %s, is replaced and PostgreSQL stays", async (signal) => {
    const keeper = up.keeper() ?? 0;
    const postgres = pidOf("postgres");
    process.kill(keeper, signal);
    await until("there is another keeper", () => ![undefined, keeper].includes(up.keeper()));
    await until("it has PostgreSQL", () => pidOf("postgres") === postgres);
    expect(isGone(keeper)).toBe(true);
  });

  it("the keeper and PostgreSQL at once come back where the roles look for them", async () => {
    const [keeper, postgres] = [up.keeper() ?? 0, pidOf("postgres")];
    const { databaseUrl } = up.started();
    process.kill(keeper, "SIGKILL");
    process.kill(postgres, "SIGKILL");
    await until("PostgreSQL runs again", () => ![0, postgres].includes(pidOf("postgres")), 30_000);
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.end();
  });

  it.each(["SIGKILL", "SIGSEGV"] as const)(
    "the supervisor, by %s, is started again over a clean slate",
    async (signal) => {
      const before = up.processes().filter((pid) => pid !== up.child.pid);
      const url = up.started().url;
      process.kill(up.supervisor(), signal);
      await until("everything it had started is gone", () => before.every(isGone), 30_000);
      await until("all runs again", () => up.started().url !== url && answers(up.started().url), 60_000);
    },
  );

  it("the first process, by SIGKILL, takes everything with it", async () => {
    up.child.kill("SIGKILL");
    await until("no process is left", () => up.processes().length === 0, 30_000);
  });
});
