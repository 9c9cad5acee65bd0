import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { edgeChat } from "#tests/support/edge-chat";
import { usageRows } from "#tests/support/edge-usage";
import { attackSocket, expectUnharmed, underAttack } from "#tests/support/under-attack";

const WORDS = 10;

/** Says a request and is gone as soon as what came back satisfies the claim. */
async function leaveWhen(request: string, isEnough: (text: string) => boolean): Promise<void> {
  const connection = await attackSocket();
  connection.socket.write(request);
  await connection.until(isEnough);
  connection.socket.destroy();
}

const chunksIn = (text: string) => text.split("data: ").length - 1;

it("C1: callers who hang up, whenever they do, leave nothing running upstream, and each call is settled once", async () => {
  const before = await usageRows();
  let asked = 0;
  const leave = (request: string, isEnough: (text: string) => boolean) => {
    asked++;
    return leaveWhen(request, isEnough);
  };
  const report = await underAttack(async (round) => {
    const slowStream = edgeChat({ edge: { words: WORDS, pauseMs: 10, lastMs: 300 }, content: `round ${round}` });
    const waiting = edgeChat({ edge: { firstMs: 1_000 } });
    const wholeWaiting = edgeChat({ isStream: false, edge: { firstMs: 1_000 } });
    const atEveryChunk = Array.from({ length: WORDS }, (_, chunk) =>
      leave(slowStream, (text) => chunksIn(text) > chunk),
    );
    const beforeUsage = Array.from({ length: 4 }, () =>
      leave(slowStream, (text) => text.includes('"finish_reason":"stop"')),
    );
    const whileWaiting = [waiting, wholeWaiting].flatMap((request) =>
      Array.from({ length: 4 }, async () => {
        asked++;
        const connection = await attackSocket();
        connection.socket.write(request);
        await sleep(100);
        connection.socket.destroy();
      }),
    );
    await Promise.all([...atEveryChunk, ...beforeUsage, ...whileWaiting]);
  });
  expectUnharmed(report);
  const expected = before + asked + report.healthy.sent;
  await expect.poll(usageRows, { timeout: 5_000 }).toBe(expected);
});
