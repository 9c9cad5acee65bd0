import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInstallation, documentFor, type Installation } from "#tests/support/installation";
import { outputOf } from "#tests/support/output-of";

let installation: Installation;
let taken: Server;
let port = "";
let folder = "";
beforeAll(async () => {
  installation = await createInstallation(documentFor("http://127.0.0.1:9"));
  folder = mkdtempSync(join(tmpdir(), "switchyard-refusals-"));
  taken = await new Promise<Server>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
  const address = taken.address();
  port = String(typeof address === "object" ? address?.port : address);
});
afterAll(async () => {
  taken.close();
  rmSync(folder, { recursive: true, force: true });
  await installation.close();
});

type Command = { readonly args: readonly string[]; readonly environment?: Readonly<Record<string, string>> };

/** Runs a program of ours to its end. */
function outcomeOf({ args, environment = installation.environment }: Command) {
  const env = { NODE_ENV: "production" as const, NODE_NO_WARNINGS: "1", PATH: "/usr/bin:/bin", ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = outputOf(child);
  return new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, said: said() })),
  );
}

async function expectRefusal(command: Command, code: number, reason: string) {
  const outcome = await outcomeOf(command);
  expect(outcome.said).toContain(reason);
  expect(outcome.said).not.toMatch(/^ +at /m);
  expect(outcome.said).not.toContain("hunter2");
  expect(outcome.code).toBe(code);
}

const SECRET_URL = "postgresql://app:hunter2@127.0.0.1:9/none";

describe("a role that cannot start says why in one message, without a stack, and ends with 1", () => {
  it.each(["server.ts", "worker.ts"])("%s: the port is taken", async (role) => {
    await expectRefusal({ args: [role, "--port", port] }, 1, `Port ${port} on 127.0.0.1: something else listens there`);
  });

  it("several gateways: the port is taken, and the others go before the one they would ask for it", async () => {
    const environment = { ...installation.environment, GATEWAY_PROCESSES: "3" };
    const start = () =>
      expectRefusal({ args: ["server.ts", "--port", port], environment }, 1, "something else listens");
    // At once, so that the processes of each come to it at different times.
    await Promise.all([start(), start(), start()]);
  });

  it.each(["server.ts", "worker.ts"])("%s: settings are wrong, a flag is unknown", async (role) => {
    await expectRefusal(
      { args: [role], environment: { AUTH_SECRET: "hunter2" } },
      1,
      "AUTH_SECRET: must be at least 32",
    );
    await expectRefusal({ args: [role, "--prot", "1"] }, 1, "--prot");
  });
});

it("a worker whose database is not there, or does not know it, says so", async () => {
  const nowhere = { ...installation.environment, DATABASE_URL: SECRET_URL };
  await expectRefusal({ args: ["worker.ts"], environment: nowhere }, 1, "The database of DATABASE_URL cannot be used");
  const { host, pathname } = new URL(installation.databaseUrl);
  const stranger = { ...installation.environment, DATABASE_URL: `postgresql://app:hunter2@${host}${pathname}` };
  await expectRefusal(
    { args: ["worker.ts"], environment: stranger },
    1,
    "cannot be used: password authentication failed",
  );
});

describe("a command that cannot be done says why, without a stack", () => {
  it("audit:books ends with 2, for 1 says that the books are wrong", async () => {
    await expectRefusal({ args: ["scripts/audit-books.ts", "--data-dri", folder] }, 2, "Usage: npm run audit:books");
    const environment = { DATABASE_URL: SECRET_URL };
    await expectRefusal({ args: ["scripts/audit-books.ts"], environment }, 2, "The books were not checked");
  });

  it("db:migrate ends with 1", async () => {
    await expectRefusal({ args: ["scripts/db-migrate.ts", "--data-dri", folder] }, 1, "The database was not migrated");
    const environment = { DATABASE_URL: SECRET_URL };
    await expectRefusal({ args: ["scripts/db-migrate.ts"], environment }, 1, "ECONNREFUSED");
  });
});

describe("up that cannot start says what to change", () => {
  const up = (...flags: string[]) => ["scripts/up.mjs", "--no-portal", "--port", "0", "--data-dir", folder, ...flags];

  it.each([
    "postgres://app:hunter2/ss@127.0.0.1:5432/switchyard",
    "postgres://app:hunter2%ss@127.0.0.1:5432/switchyard",
    "host=127.0.0.1 dbname=switchyard password=hunter2",
    "127.0.0.1:5432/switchyard",
  ])("where DATABASE_URL is no address: %s", async (url) => {
    await expectRefusal({ args: up(), environment: { DATABASE_URL: url } }, 1, "DATABASE_URL is no address");
  });

  it("where --json names a folder", async () => {
    await expectRefusal({ args: up("--json", folder), environment: {} }, 1, `${folder} is a folder`);
  });
});
