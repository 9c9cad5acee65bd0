import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, inject, it } from "vitest";
import { edgeChat } from "#tests/support/edge-chat";
import type { RawConnection } from "#tests/support/raw-http";
import { attackSocket, expectUnharmed, metric, underAttack } from "#tests/support/under-attack";

/** In each of five rounds. The kernel takes some four megabytes for each first. */
const READERS = 100;
const VANISHED = 4;
/** More than the kernel would ever hold for anybody. */
const FIREHOSE = { words: 25_000, wordBytes: 8_000 };
const CUT = { timeout: 30_000, interval: 100 };
/** A megabyte waits for each of them; the rest is what was moved until then and is not collected yet. */
const PER_READER_BYTES_MAX = 4 * 1024 * 1024;
/** Five rounds in which some 500 MB are moved until nobody takes any more. */
const ROUNDS_MS_MAX = 120_000;

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

const cutSoFar = () => metric("switchyard_callers_cut_total", 'reason="slow_reader"');

it(
  "C2: readers of 0, 1 and 100 bytes a second hold their upstream up, cost little memory, and are cut",
  async () => {
    const report = await underAttack(async () => {
      const before = await cutSoFar();
      const request = edgeChat({ edge: FIREHOSE });
      const readers = await Promise.all(
        Array.from({ length: READERS }, (_, reader) => readSlowly(request, [0, 1, 100][reader % 3] ?? 0)),
      );
      await expect.poll(cutSoFar, CUT).toBe(before + READERS);
      leave(readers);
    });
    expectUnharmed(report);
    expect(report.memoryPeakBytes).toBeLessThan(READERS * PER_READER_BYTES_MAX);
  },
  ROUNDS_MS_MAX,
);

/** Whether the kernel is going to ask the other side of a connection if it still lives: its timer, by both ports. */
function isProbed(port: number, callerPort = 0): boolean {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  const row = rows.find((text) => new RegExp(`:${hex(port)} \\w+:${hex(callerPort)} 01 `).test(text));
  return / 02:[0-9A-F]{8} /.test(row ?? "");
}

it("C3: of a caller that is silent the kernel asks whether it still lives", async () => {
  const { port } = inject("edge");
  const { socket } = await attackSocket();
  await expect.poll(() => isProbed(port, socket.localPort)).toBe(true);
  socket.destroy();
});

it("C3: a caller that has vanished without a word in the middle of a large answer is noticed", async () => {
  const report = await underAttack(async () => {
    const before = await cutSoFar();
    const large = (firstMs: number) => edgeChat({ isStream: false, edge: { firstMs, words: 2_000, wordBytes: 2_500 } });
    const vanished = await Promise.all(Array.from({ length: VANISHED }, (_, at) => readSlowly(large(100 * at), 0)));
    await expect.poll(cutSoFar, CUT).toBe(before + VANISHED);
    leave(vanished);
  });
  expectUnharmed(report);
});
