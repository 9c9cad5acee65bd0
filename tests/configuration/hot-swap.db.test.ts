import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ConfigurationOptions, openConfiguration } from "#lib/drivers/configuration.postgres";
import { activateConfig } from "#lib/features/config/activate-config";
import { publishConfig } from "#lib/features/config/publish-config";
import { type PlatformContext, systemContext } from "#lib/features/context";
import { providerOf } from "#lib/gateway/providers/registry";
import { openDb } from "#lib/platform/db";
import { createLog } from "#lib/platform/log";
import { openSql } from "#lib/platform/sql";
import { createTestDatabase } from "#tests/support/database";
import { openWire } from "./breakable-wire.ts";

const SWAP_MAX_MS = 2_000;
const registry = { providerOf };
const secretsKey = randomBytes(32).toString("base64");
const deps = { registry, secretsKey };

let closing: (() => Promise<unknown>)[] = [];
let databaseUrl: string;
let dataDir: string;
let ctx: PlatformContext;
let lines: string[];

beforeEach(async () => {
  const database = await createTestDatabase();
  databaseUrl = database.databaseUrl;
  dataDir = await mkdtemp(join(tmpdir(), "switchyard-config-"));
  lines = [];
  const db = openDb(databaseUrl, 2);
  ctx = systemContext("test", db);
  closing = [() => rm(dataDir, { recursive: true }), () => database.drop(), () => db.$disconnect()];
});

afterEach(async () => {
  for (const close of closing.toReversed()) await close();
});

async function open(changes: Partial<ConfigurationOptions> & { url?: string } = {}) {
  const { url = databaseUrl, ...rest } = changes;
  const sql = openSql(url, 2);
  const driver = await openConfiguration({
    sql,
    databaseUrl: url,
    dataDir,
    secretsKey,
    registry,
    environment: (name) => (name === "PRESENT" ? "sk-from-environment" : undefined),
    log: createLog("test", "info", (line) => void lines.push(line)),
    ...rest,
  });
  closing.push(
    () => sql.end(),
    () => driver.close(),
  );
  return driver;
}

const source = (input: number, secret = "literal:sk-very-secret") => ({
  version: 1,
  providers: [
    {
      id: "up",
      kind: "openai-compatible",
      baseUrl: "https://api.example.com/v1",
      credentials: [
        { id: "a", secret },
        { id: "b", secret: "env:PRESENT" },
        { id: "c", secret: "env:ABSENT" },
      ],
    },
  ],
  models: [{ id: "m", price: { input, output: 2 }, deployments: [{ id: "d", provider: "up", upstreamModel: "x" }] }],
});

const publish = (input: number) => publishConfig(ctx, { source: source(input), message: `price ${input}` }, deps);
type Driver = Awaited<ReturnType<typeof open>>;
const priceIn = ({ port }: Driver) => Number(port.current().byName.get("m")?.price.input) / 1e9;
const secretsIn = ({ port }: Driver) =>
  port.current().models[0]?.deployments[0]?.credentials.map(({ secret }) => secret);
const untilPrice = (driver: Driver, price: number, timeout = SWAP_MAX_MS) =>
  vi.waitFor(() => expect(priceIn(driver)).toBe(price), { timeout, interval: 5 });

describe("a new version", () => {
  test("is in use on two nodes in well under two seconds, and so is the way back", async () => {
    const first = await publish(1);
    const nodes = [await open(), await open()];
    expect(nodes.map(priceIn)).toEqual([1, 1]);
    await publish(2);
    await Promise.all(nodes.map((node) => untilPrice(node, 2, 1_000)));
    await activateConfig(ctx, { number: first.number }, deps);
    await Promise.all(nodes.map((node) => untilPrice(node, 1, 1_000)));
  });

  test("arrives by polling alone within two seconds", async () => {
    await publish(1);
    const node = await open({ databaseUrl: undefined });
    await publish(2);
    await untilPrice(node, 2);
  });

  test("is swapped whole: who holds the old table keeps it, listeners hear of the new one", async () => {
    await publish(1);
    const node = await open();
    const [old, heard, unheard] = [node.port.current(), vi.fn(), vi.fn()];
    node.port.onChange(() => {
      throw new Error("a broken listener");
    });
    node.port.onChange(heard);
    node.port.onChange(unheard)();
    const { number } = await publish(2);
    await untilPrice(node, 2);
    expect(Number(old.byName.get("m")?.price.input)).toBe(1e9);
    expect(heard).toHaveBeenCalledExactlyOnceWith(node.port.current());
    expect(node.port.current().version).toBe(number);
    expect(unheard).not.toHaveBeenCalled();
  });

  test("that does not compile here is refused, said once, and the old one stays until a good one comes", async () => {
    await publish(1);
    const node = await open();
    const bad = { ...source(9), providers: [{ id: "up", kind: "from-the-future" }] };
    const { number } = await ctx.db.configVersion.create({
      data: { document: bad, checksum: "x", author: "x", message: "x", activations: { create: { actor: "x" } } },
    });
    await node.refresh();
    await node.refresh();
    expect(priceIn(node)).toBe(1);
    const refusals = lines.filter((line) => line.includes("does not compile here"));
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(`"version":${number}`);
    await publish(3);
    await untilPrice(node, 3);
  });
});

describe("secrets", () => {
  test("are opened from the store and the environment; what is missing is left out with a reason", async () => {
    await publish(1);
    const node = await open();
    expect(secretsIn(node)).toEqual(["sk-very-secret", "sk-from-environment"]);
    expect(lines.join()).toContain("providers[0].credentials[2]: not used: the environment variable ABSENT is not set");
    expect(lines.join()).not.toContain("sk-");
  });

  test("do not open under another server key: that credential is left out, the rest serves", async () => {
    await publish(1);
    const node = await open({ secretsKey: randomBytes(32).toString("base64") });
    expect(secretsIn(node)).toEqual(["sk-from-environment"]);
    expect(lines.join()).toContain("SECRETS_KEY");
  });
});

describe("without PostgreSQL", () => {
  const NOWHERE = "postgres://nobody@127.0.0.1:1/none";

  test("a node starts with the last good version on disk, secrets included and still encrypted there", async () => {
    await publish(4);
    await (await open()).close();
    const file = join(dataDir, "last-config.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).not.toContain("sk-very-secret");
    const node = await open({ url: NOWHERE });
    expect(priceIn(node)).toBe(4);
    expect(secretsIn(node)).toEqual(["sk-very-secret", "sk-from-environment"]);
  });

  test.each(["", "{", '{"format":1}', "[]"])("a damaged file is not started from: %j", async (content) => {
    await writeFile(join(dataDir, "last-config.json"), content);
    const node = await open({ url: NOWHERE });
    expect(node.port.isReady()).toBe(false);
    expect(() => node.port.current()).toThrow(expect.objectContaining({ code: "not_ready" }));
  });

  test("a node goes on while the database is away, and catches up when it is back", async () => {
    await publish(1);
    const wire = await openWire(databaseUrl);
    closing.push(() => wire.cut().catch(() => undefined));
    const node = await open({ url: wire.databaseUrl });
    await wire.cut();
    await publish(2);
    await expect(node.refresh()).rejects.toThrow();
    expect(priceIn(node)).toBe(1);
    await wire.mend();
    await untilPrice(node, 2, 8_000);
    await publish(3);
    await untilPrice(node, 3);
  });
});

test("a node that is up before the first version is not ready, and takes it when it comes; an old file does not stand in", async () => {
  await publish(1);
  await (await open()).close();
  const empty = await createTestDatabase();
  const other = openDb(empty.databaseUrl, 1);
  closing.push(
    () => empty.drop(),
    () => other.$disconnect(),
  );
  const node = await open({ url: empty.databaseUrl });
  expect(node.port.isReady()).toBe(false);
  await publishConfig({ ...ctx, db: other }, { source: source(7), message: "first" }, deps);
  await untilPrice(node, 7);
});
