import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { edgeChat } from "#tests/support/edge-chat";
import { type RawConnection, statusesIn } from "#tests/support/raw-http";
import { attackSocket, expectUnharmed, metric, underAttack } from "#tests/support/under-attack";

/** In each of five rounds; two thousand in all. */
const CONNECTIONS = 400;
const DRIP_MS = 200;

/** Says the beginning and then one more byte now and then, until it is thrown out. */
async function drip(connection: RawConnection, said: string): Promise<void> {
  connection.socket.write(said);
  while (!connection.isClosed()) {
    await sleep(DRIP_MS);
    if (!connection.socket.destroyed) connection.socket.write("a");
  }
}

const SLOW_HEAD = "POST /v1/chat/completions HTTP/1.1\r\nhost: edge.test\r\nx-slow: ";

async function besiege(said: string): Promise<readonly number[]> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => attackSocket()));
  await Promise.all(connections.map((connection) => drip(connection, said)));
  return connections.flatMap((connection) => statusesIn(connection.text()));
}

it("C8: two thousand connections that send their heads a byte at a time are thrown out", async () => {
  const report = await underAttack(async () => {
    const statuses = await besiege(SLOW_HEAD);
    expect(new Set(statuses)).toEqual(new Set([408]));
  });
  expectUnharmed(report);
});

it("C8: two thousand that send their bodies a byte at a time are thrown out too, and told why", async () => {
  const cut = () => metric('switchyard_callers_cut_total{reason="slow_body"}');
  const before = await cut();
  const whole = edgeChat({ content: "x".repeat(2_000) });
  const report = await underAttack(async () => {
    const statuses = await besiege(whole.slice(0, whole.indexOf("\r\n\r\n") + 10));
    expect(new Set(statuses)).toEqual(new Set([408]));
  });
  expectUnharmed(report);
  expect((await cut()) - before).toBe(5 * CONNECTIONS);
});
