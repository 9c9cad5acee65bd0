import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "#lib/platform/log";
import { createTestDatabase } from "#tests/support/database";
import { type Listener, openListener } from "./listen.postgres.ts";

const CHANNEL = "switchyard_config";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let client: pg.Client;
let listener: Listener;
let lines: string[];
const onMessage = vi.fn();
const onReconnect = vi.fn();

beforeEach(async () => {
  vi.clearAllMocks();
  lines = [];
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  listener = openListener({
    databaseUrl: database.databaseUrl,
    channels: [CHANNEL, "switchyard_key"],
    onMessage,
    onReconnect,
    log: createLog("test", "info", (line) => void lines.push(line)),
  });
  await vi.waitFor(() => expect(onReconnect).toHaveBeenCalledOnce(), { timeout: 5_000 });
});

afterEach(async () => {
  await listener.close();
  await client.end();
  await database.drop();
});

const send = (channel: string, payload: string) => client.query("SELECT pg_notify($1, $2)", [channel, payload]);
const killListeners = () =>
  client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchyard-listener' AND datname = current_database()",
  );

test("hears its channels and no other", async () => {
  await send("switchyard_other", "0");
  await send(CHANNEL, "1");
  await send("switchyard_key", "2");
  await vi.waitFor(() => expect(onMessage).toHaveBeenCalledTimes(2), { timeout: 5_000 });
  expect(onMessage.mock.calls).toEqual([
    [CHANNEL, "1"],
    ["switchyard_key", "2"],
  ]);
});

test("comes back after its connection is killed, says so each time, and hears again", async () => {
  for (const times of [2, 3]) {
    await killListeners();
    await vi.waitFor(() => expect(onReconnect).toHaveBeenCalledTimes(times), { timeout: 5_000 });
  }
  await send(CHANNEL, "again");
  await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith(CHANNEL, "again"));
  expect(lines.filter((line) => line.includes('"level":"warn"'))).toHaveLength(2);
});

test("goes on when what it tells throws", async () => {
  onMessage.mockImplementationOnce(() => {
    throw new Error("broken");
  });
  await send(CHANNEL, "1");
  await send(CHANNEL, "2");
  await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith(CHANNEL, "2"));
  expect(lines.join()).toContain("a listener to the database failed");
});

test("leaves no connection behind when closed, not even one that would have come back", async () => {
  await killListeners();
  await listener.close();
  const open = async () => {
    const { rows } = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'switchyard-listener' AND datname = current_database()",
    );
    return rows.length;
  };
  await vi.waitFor(async () => expect(await open()).toBe(0));
  await send(CHANNEL, "late");
  expect(onMessage).not.toHaveBeenCalled();
});
