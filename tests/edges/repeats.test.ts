import { expect, it } from "vitest";
import { edgeChat, requestHead } from "#tests/support/edge-chat";
import { usageRows } from "#tests/support/edge-usage";
import { statusesIn } from "#tests/support/raw-http";
import { attackSocket, expectUnharmed, sayAsAttacker, underAttack } from "#tests/support/under-attack";

const TIMES = 20;

it("C10: calls that bear the same request id or idempotency key are calls of their own, each recorded once", async () => {
  const before = await usageRows();
  const request = edgeChat({
    isStream: false,
    headers: "x-request-id: the-same\r\nidempotency-key: the-same\r\nconnection: close\r\n",
  });
  const report = await underAttack(async () => {
    const told = await Promise.all(Array.from({ length: TIMES }, () => sayAsAttacker(request)));
    expect(told.flatMap(({ text }) => statusesIn(text))).toEqual(Array(TIMES).fill(200));
    const ids = told.map(({ text }) => /\r\nx-request-id: (\S+)/i.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(TIMES);
    expect(ids).not.toContain("the-same");
  });
  expectUnharmed(report);
  await expect.poll(usageRows, { timeout: 5_000 }).toBe(before + 5 * TIMES + report.healthy.sent);
});

it("C12: requests in a row on one connection get their own answers, in order, also after one that was refused", async () => {
  const report = await underAttack(async (round) => {
    const connections = Array.from({ length: 10 }, async (_, number) => {
      const connection = await attackSocket();
      const canaries = Array.from({ length: 6 }, (_unused, at) => `canary-${round}-${number}-${at}`);
      const said = canaries.map((content, at) => {
        const headers = at === canaries.length - 1 ? "connection: close\r\n" : "";
        const wrong = at % 3 === 1;
        return edgeChat({ content, headers, isStream: at % 2 === 0, ...(wrong ? { key: "sk-sy-live-wrong" } : {}) });
      });
      connection.socket.write(said.join(""));
      const { text } = await connection.closed();
      return { canaries, text };
    });
    for (const { canaries, text } of await Promise.all(connections)) {
      const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/);
      for (const [at, answer] of answers.entries()) {
        const found = canaries.filter((canary) => answer.includes(canary));
        const isRefused = !answer.startsWith("HTTP/1.1 200");
        expect(found).toEqual(isRefused ? [] : [canaries[at]]);
      }
      expect(answers.length).toBeGreaterThan(0);
    }
  });
  expectUnharmed(report);
});

it("C12: bytes behind a refused body are never taken for a request", async () => {
  const smuggled = "GET /v1/models HTTP/1.1\r\nhost: edge.test\r\n\r\n";
  const report = await underAttack(async () => {
    const { text } = await sayAsAttacker(`${requestHead(999_999_999)}${smuggled}${smuggled}`);
    expect(statusesIn(text)).toEqual([413]);
  });
  expectUnharmed(report);
});
