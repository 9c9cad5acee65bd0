import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server as Listener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { adoptPostgres, type Server, type StartOptions, startPostgres } from "./embedded.ts";
import { findFreePort, THROWAWAY_SETTINGS } from "./scratch.ts";

const password = "p@ss/word";
const settings = THROWAWAY_SETTINGS;
const isRoot = process.getuid?.() === 0;

let scratch: string;
let running: Server | undefined;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "switchyard-embedded-"));
  chmodSync(scratch, 0o755);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const start = async (dataDir: string, given: Partial<StartOptions> = {}) => {
  running = await startPostgres({ dataDir, port: await findFreePort(), password, settings, ...given });
  return running;
};

async function ask<T extends pg.QueryResultRow>(databaseUrl: string, text: string): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows[0];
  } finally {
    await client.end();
  }
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}/cwd`);

describe("a server", () => {
  test("speaks UTF-8, listens on loopback alone, refuses a wrong password and finds its data again", async () => {
    const dataDir = join(scratch, "again");
    const first = await start(dataDir);
    const asked =
      "SELECT length('中文') AS n, current_setting('listen_addresses') AS hosts, current_setting('timezone') AS zone";
    expect(await ask(first.databaseUrl, asked)).toEqual({ n: 2, hosts: "127.0.0.1", zone: "UTC" });
    const wrong = first.databaseUrl.replace(encodeURIComponent(password), "wrong");
    await expect(ask(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await ask(first.databaseUrl, "CREATE TABLE kept AS SELECT 7 AS n");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start(dataDir);
    expect(await ask(second.databaseUrl, "SELECT n FROM kept")).toEqual({ n: 7 });
  });

  test("left running is adopted, and stopped by who adopted it", async () => {
    const dataDir = join(scratch, "adopted");
    const left = await start(dataDir);
    const adopted = await adoptPostgres({ dataDir, password });
    expect(adopted).toMatchObject({ pid: left.pid, databaseUrl: left.databaseUrl });
    await adopted?.stop();
    expect(await left.exited).toBe("0");
    expect(await adoptPostgres({ dataDir, password })).toBeUndefined();
  });

  test("is not seen in a process that took over the pid of a pid file left behind", async () => {
    const other = await start(join(scratch, "other"));
    const dataDir = join(scratch, "left-behind");
    mkdirSync(join(dataDir, "postgres", "data"), { recursive: true });
    const { port } = new URL(other.databaseUrl);
    writeFileSync(join(dataDir, "postgres", "data", "postmaster.pid"), `${other.pid}\n/elsewhere\n0\n${port}\n`);
    expect(await adoptPostgres({ dataDir, password })).toBeUndefined();
  });

  test("killed hard starts again on its data", async () => {
    const dataDir = join(scratch, "killed");
    // With the settings of real use: the quick ones may lose what was just committed.
    const killed = await start(dataDir, { settings: {} });
    await ask(killed.databaseUrl, "CREATE TABLE kept AS SELECT 7 AS n");
    process.kill(killed.pid, "SIGKILL");
    await killed.exited;
    const healed = await start(dataDir);
    expect(await ask(healed.databaseUrl, "SELECT n FROM kept")).toEqual({ n: 7 });
  });
});

test("a first start that is killed while it makes its data does not stand in the way of the next", async () => {
  const dataDir = join(scratch, "half-made");
  const module = JSON.stringify(new URL("./embedded.ts", import.meta.url).href);
  const given = JSON.stringify({ dataDir, port: await findFreePort(), password });
  const script = `const { startPostgres } = await import(${module}); await startPostgres(${given});`;
  const starter = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const begun = () => globSync(join(dataDir, "postgres", "*", "PG_VERSION"));
  await expect.poll(begun, { timeout: 10_000, interval: 5 }).not.toEqual([]);
  starter.kill("SIGKILL");
  for (const pid of processesNaming(dataDir)) process.kill(pid, "SIGKILL");
  const server = await start(dataDir);
  expect(await ask(server.databaseUrl, "SELECT 7 AS n")).toEqual({ n: 7 });
});

function processesNaming(text: string): number[] {
  const namesIt = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && namesIt(name))
    .map(Number);
}

describe("a start that cannot succeed says what to do, and leaves no process", () => {
  test("a port in use", async () => {
    const taken = await new Promise<Listener>((resolve) => {
      const listener = createServer().listen(0, "127.0.0.1", () => resolve(listener));
    });
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(start(join(scratch, "port"), { port })).rejects.toThrow(`Port ${port} is in use`);
    taken.close();
  });

  test("data that was made with another password", async () => {
    const dataDir = join(scratch, "password");
    await (await start(dataDir)).stop();
    await expect(start(dataDir, { password: "another" })).rejects.toThrow("made with another password");
    expect(existsSync(join(dataDir, "postgres", "data", "postmaster.pid"))).toBe(false);
  });

  test("data of another PostgreSQL", async () => {
    const dataDir = join(scratch, "version");
    mkdirSync(join(dataDir, "postgres", "data"), { recursive: true });
    writeFileSync(join(dataDir, "postgres", "data", "PG_VERSION"), "9\n");
    await expect(start(dataDir)).rejects.toThrow(/is of PostgreSQL 9, the server here is \d+/);
  });

  test("a server that does not start shows its last words", async () => {
    const dataDir = join(scratch, "broken");
    await (await start(dataDir)).stop();
    rmSync(join(dataDir, "postgres", "data", "global", "pg_control"));
    await expect(start(dataDir)).rejects.toThrow(/does not start[\s\S]*pg_control/);
  });

  test("a data directory that is a file", async () => {
    const dataDir = join(scratch, "file");
    writeFileSync(dataDir, "");
    await expect(start(dataDir)).rejects.toThrow(`The folder ${dataDir} cannot be written`);
  });

  test.runIf(isRoot)("a folder the unprivileged user cannot enter is refused by name", async () => {
    const closed = join(scratch, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, "data");
    await expect(start(dataDir)).rejects.toThrow(`that user cannot enter ${dataDir}`);
  });
});
