import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { edgeChat } from "#tests/support/edge-chat";
import type { RawConnection } from "#tests/support/raw-http";
import { attackSocket, expectUnharmed, metric, underAttack } from "#tests/support/under-attack";

const READERS = 60;
const VANISHED = 4;
/** More than the kernel would ever hold for anybody. */
const FIREHOSE = { words: 100_000, wordBytes: 2_000 };
/** A megabyte waits for each of them; the rest is what was moved until then and is not collected yet. */
const PER_READER_BYTES_MAX = 5 * 1024 * 1024;

/** Opens a call and then takes so many bytes each second. */
async function readSlowly(request: string, bytesPerSecond: number): Promise<RawConnection> {
  const connection = await attackSocket();
  connection.socket.pause();
  connection.socket.write(request);
  if (bytesPerSecond > 0) void trickle(connection, bytesPerSecond);
  return connection;
}

async function trickle({ socket }: RawConnection, bytesPerSecond: number): Promise<void> {
  while (!socket.destroyed) {
    socket.read(bytesPerSecond);
    await sleep(1_000);
  }
}

const leave = (connections: readonly RawConnection[]) => {
  for (const { socket } of connections) socket.destroy();
};

const cutSoFar = () => metric('switchyard_callers_cut_total{reason="slow_reader"');

it("C2: readers of 0, 1 and 100 bytes a second hold their upstream up, cost little memory, and are cut", async () => {
  const report = await underAttack(async () => {
    const before = await cutSoFar();
    const request = edgeChat({ edge: FIREHOSE });
    const readers = await Promise.all(
      Array.from({ length: READERS }, (_, reader) => readSlowly(request, [0, 1, 100][reader % 3] ?? 0)),
    );
    await expect.poll(cutSoFar, { timeout: 8_000, interval: 100 }).toBe(before + READERS);
    leave(readers);
  });
  expectUnharmed(report);
  expect(report.memoryPeakBytes).toBeLessThan(READERS * PER_READER_BYTES_MAX);
});

it("C3: a caller that has vanished without a word in the middle of a large answer is noticed", async () => {
  const report = await underAttack(async () => {
    const before = await cutSoFar();
    const large = edgeChat({ isStream: false, edge: { words: 4_000, wordBytes: 2_500 } });
    const vanished = await Promise.all(Array.from({ length: VANISHED }, () => readSlowly(large, 0)));
    await expect.poll(cutSoFar, { timeout: 8_000, interval: 100 }).toBe(before + VANISHED);
    leave(vanished);
  });
  expectUnharmed(report);
});
