import { describe, expect, it } from "vitest";
import { chatBytes, openDoor } from "#tests/support/front-door";
import { openRaw, statusesIn } from "#tests/support/raw-http";

/** Node's server tells of each request that it reads. */
async function open(options: Parameters<typeof openDoor>[0] = {}) {
  const opened = await openDoor(options);
  let byNode = 0;
  opened.door.server.on("request", () => byNode++);
  return { ...opened, byNode: () => byNode };
}

const answers = (text: string) => statusesIn(text).length;
const UNUSUAL = "te: trailers\r\n";

/** Without what differs from one call to the next. */
const withoutChance = (text: string) =>
  text
    .replace(/(x-request-id|date|openai-processing-ms|x-ratelimit-[a-z-]+): [^\r]+/gi, "$1")
    .replace(/"id":"[^"]+"/g, "");

const linesOf = (text: string) => {
  const [head = "", ...body] = withoutChance(text).split("\r\n\r\n");
  return { head: head.toLowerCase().split("\r\n").sort(), body: body.join("\r\n\r\n") };
};

describe("the short way", () => {
  it.each([
    ["a whole answer", {}],
    ["a stream", { body: { stream: true, sandbox: { outputTokens: 5 } } }],
    ["a refusal", { key: "bad" }],
    ["a call that is wrong", { body: { model: 1 } }],
  ])("answers as Node's server does: %s", async (_what, said) => {
    const { port, byNode } = await open();
    const isWhole = (text: string) => text.endsWith("}") || text.endsWith("\r\n0\r\n\r\n");
    const plain = await openRaw(port);
    plain.socket.write(chatBytes(said));
    const short = await plain.until(isWhole);
    expect(byNode()).toBe(0);
    const other = await openRaw(port);
    other.socket.write(chatBytes({ ...said, headers: UNUSUAL }));
    const long = await other.until(isWhole);
    expect(byNode()).toBe(1);
    expect(linesOf(short.text)).toEqual(linesOf(long.text));
    for (const { socket } of [plain, other]) socket.destroy();
  });

  it("is left at the first request that is not plain, and what was read of it is not lost", async () => {
    const { port, byNode } = await open();
    const connection = await openRaw(port);
    const models = "GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good-key\r\n\r\n";
    connection.socket.write(chatBytes());
    await connection.until((text) => answers(text) === 1);
    expect(byNode()).toBe(0);
    connection.socket.write(models);
    await connection.until((text) => answers(text) === 2);
    connection.socket.write(chatBytes());
    await connection.until((text) => answers(text) === 3);
    expect(byNode()).toBe(2);
    connection.socket.write(`${chatBytes()}${models}${chatBytes()}`);
    const { text } = await connection.until((got) => answers(got) === 6);
    expect(statusesIn(text)).toEqual(Array(6).fill(200));
    connection.socket.destroy();
  });

  it("takes requests that were sent ahead one after the other", async () => {
    const { port, bench, byNode } = await open();
    const connection = await openRaw(port);
    connection.socket.write(chatBytes());
    connection.socket.write(chatBytes({ body: { stream: true } }));
    await connection.until((got) => got.endsWith("0\r\n\r\n"));
    connection.socket.write(chatBytes());
    const { text } = await connection.until((got) => answers(got) === 3);
    expect(statusesIn(text)).toEqual([200, 200, 200]);
    await expect.poll(() => bench.records.length).toBe(3);
    expect(byNode()).toBeLessThanOrEqual(3);
    connection.socket.destroy();
  });

  it("waits a moment for the rest of a body, and gives a slow one to Node with all that has come", async () => {
    const { port, byNode } = await open();
    const bytes = chatBytes();
    const connection = await openRaw(port);
    for (const pauseMs of [10, 400]) {
      const before = answers(connection.text());
      connection.socket.write(bytes.slice(0, -20));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      connection.socket.write(bytes.slice(-20));
      await connection.until((text) => answers(text) === before + 1);
    }
    expect(statusesIn(connection.text())).toEqual([200, 200]);
    expect(byNode()).toBe(1);
    connection.socket.destroy();
  });

  it("a connection on which nothing is under way is closed by draining, a stream is let finish", async () => {
    const { port, door, byNode } = await open();
    const [idle, busy] = await Promise.all([openRaw(port), openRaw(port)]);
    idle.socket.write(chatBytes());
    await idle.until((text) => answers(text) === 1);
    busy.socket.write(chatBytes({ body: { stream: true, sandbox: { outputTokens: 20, tokensPerSecond: 50 } } }));
    await busy.until((text) => answers(text) === 1);
    const drained = door.drain(5_000);
    await idle.closed();
    expect((await busy.closed()).text.endsWith("data: [DONE]\n\n\r\n0\r\n\r\n")).toBe(true);
    await drained;
    expect(byNode()).toBe(0);
  });

  it("a caller that closes its side before its answer has left, and is settled", async () => {
    const { port, bench } = await open();
    const connection = await openRaw(port);
    connection.socket.end(chatBytes({ body: { sandbox: { latencyMs: 2_000 } } }));
    await connection.closed();
    await expect.poll(() => bench.records.map(({ errorCode }) => errorCode)).toEqual(["caller_left"]);
  });

  it("lets no more through than may be in flight when they all come in one turn", async () => {
    const { port, bench } = await open({ settings: { MAX_REQUESTS_IN_FLIGHT: "1" } });
    const callers = await Promise.all(Array.from({ length: 20 }, () => openRaw(port)));
    // A connection is taken up in a turn of its own; from the first answer on all are read together.
    for (const caller of callers) {
      caller.socket.write(chatBytes());
      await caller.until((text) => answers(text) === 1);
    }
    for (const { socket } of callers) socket.write(chatBytes({ body: { sandbox: { latencyMs: 500 } } }));
    await Promise.all(callers.map((caller) => caller.until((text) => answers(text) === 2)));
    const statuses = callers.map((caller) => statusesIn(caller.text())[1]);
    expect(statuses.sort()).toEqual([200, ...Array(19).fill(503)]);
    expect(bench.admitted).toHaveLength(20 + 1);
    for (const { socket } of callers) socket.destroy();
  });

  it("is closed while calls are shed", async () => {
    const { port, byNode } = await open({ settings: { MAX_REQUESTS_IN_FLIGHT: "1" } });
    const [first, second] = await Promise.all([openRaw(port), openRaw(port)]);
    first.socket.write(chatBytes({ body: { sandbox: { latencyMs: 1_000 } } }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    second.socket.write(chatBytes());
    const { text } = await second.until((got) => answers(got) === 1);
    expect(statusesIn(text)).toEqual([503]);
    expect(byNode()).toBe(1);
    for (const { socket } of [first, second]) socket.destroy();
  });
});
