import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { chatBytes, openDoor } from "#tests/support/front-door";
import { openRaw, sayRaw, statusesIn } from "#tests/support/raw-http";
import { climb, ON_THE_GROUND, type Overload, type OverloadLevel, type Sample, watchOverload } from "./overload.ts";

function levelsAfter(...samples: readonly Partial<Sample>[]): OverloadLevel[] {
  let ladder = ON_THE_GROUND;
  return samples.map((sample) => {
    ladder = climb(ladder, { delayMs: 0, memoryRatio: 0, ...sample });
    return ladder.level;
  });
}

/** Keeps the event loop from everything else. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

const times = (count: number, sample: Partial<Sample>) => Array.from({ length: count }, () => sample);

describe("the ladder", () => {
  it("one long block alone is no overload, two of four samples are", () => {
    expect(levelsAfter({ delayMs: 900 }, {}, {}, {}, {})).toEqual([0, 0, 0, 0, 0]);
    expect(levelsAfter({ delayMs: 120 }, {}, { delayMs: 130 })).toEqual([0, 0, 1]);
    expect(levelsAfter({ delayMs: 300 }, { delayMs: 260 })).toEqual([0, 2]);
  });

  it("memory counts at once", () => {
    expect(levelsAfter({ memoryRatio: 0.86 }, { memoryRatio: 0.93 })).toEqual([1, 2]);
  });

  it("goes down one step after two calm seconds, and not while it hovers at the edge", () => {
    expect(levelsAfter({ memoryRatio: 0.93 }, ...times(8, {})).at(-1)).toBe(1);
    expect(levelsAfter({ memoryRatio: 0.93 }, ...times(16, {})).at(-1)).toBe(0);
    expect(levelsAfter({ memoryRatio: 0.93 }, ...times(40, { memoryRatio: 0.9 })).at(-1)).toBe(2);
    expect(levelsAfter({ memoryRatio: 0.93 }, ...times(7, {}), { delayMs: 249 }, {}).at(-1)).toBe(2);
  });
});

describe("the watch", () => {
  it("sees a block of the event loop once, and what memory says", async () => {
    const watch = watchOverload(() => 0.87);
    watch.noteCall();
    watch.takeDelayMaxMs();
    await sleep(30);
    block(90);
    expect(watch.takeDelayMaxMs()).toBeGreaterThan(60);
    await expect.poll(watch.level).toBe(1);
    expect(watch.sheddingMs()).toBe(0);
    watch.close();
  });

  it("sees a long block without any calls, and takes its own rest for none", async () => {
    const watch = watchOverload(() => 0);
    await sleep(260);
    watch.noteCall();
    expect(watch.takeDelayMaxMs()).toBeLessThan(60);
    await sleep(800);
    expect(watch.takeDelayMaxMs()).toBeLessThan(60);
    block(500);
    expect(watch.takeDelayMaxMs()).toBeGreaterThan(200);
    watch.close();
  });
});

async function openAt(level: OverloadLevel, options: Parameters<typeof openDoor>[0] = {}) {
  const now = { level, sheddingMs: 0 };
  const overload: Overload = {
    noteCall: () => undefined,
    level: () => now.level,
    sheddingMs: () => now.sheddingMs,
    takeDelayMaxMs: () => 0,
    memoryRatio: () => 0,
    close: () => undefined,
  };
  const door = await openDoor({ ...options, overload });
  return { ...door, now };
}

const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;

describe("the door under load", () => {
  it("strained: calls are answered, and their connections are closed", async () => {
    const { port } = await openAt(1);
    const { text } = await sayRaw(port, chatBytes());
    expect(statusesIn(text)).toEqual([200]);
    expect(text.toLowerCase()).toContain("connection: close");
  });

  it("503: overloaded, new calls are shed before anything is read, with a time to come back; each leaves a record", async () => {
    let finds = 0;
    const { port, bench } = await openAt(2, {
      deps: {
        keys: {
          find: () => {
            finds++;
            return null;
          },
        },
        random: () => 0.5,
      },
    });
    const { text } = await sayRaw(port, chatBytes());
    expect(statusesIn(text)).toEqual([503]);
    expect(text).toContain('"code":"overloaded"');
    expect(text.toLowerCase()).toContain("retry-after: 3\r\n");
    expect(finds).toBe(0);
    expect(bench.notes).toMatchObject([{ status: 503, errorCode: "overloaded" }]);
  });

  it("overloaded: what runs goes on, and the process still says that it lives", async () => {
    const { port, now } = await openAt(0);
    const running = await openRaw(port);
    running.socket.write(chatBytes({ body: { stream: true, sandbox: { outputTokens: 10, tokensPerSecond: 50 } } }));
    await running.until((text) => text.includes("data:"));
    now.level = 2;
    expect(statusesIn((await sayRaw(port, get("/healthz"))).text)).toEqual([200]);
    expect((await running.until((text) => text.includes("[DONE]"))).text).toContain("[DONE]");
    running.socket.destroy();
  });

  it("is ready until it has shed for more than five seconds", async () => {
    const { port, now } = await openAt(2);
    now.sheddingMs = 4_000;
    expect(statusesIn((await sayRaw(port, get("/readyz"))).text)).toEqual([200]);
    now.sheddingMs = 6_000;
    const { text } = await sayRaw(port, get("/readyz"));
    expect(statusesIn(text)).toEqual([503]);
    expect(text).toContain('"overloaded"');
  });

  it("503: no more calls are under way than may be, and room is made when one ends", async () => {
    const { port, bench } = await openAt(0, { settings: { MAX_REQUESTS_IN_FLIGHT: "2" } });
    const slow = chatBytes({ body: { stream: true, sandbox: { outputTokens: 200, tokensPerSecond: 20 } } });
    const held = await Promise.all([1, 2].map(() => openRaw(port)));
    for (const { socket, until } of held) {
      socket.write(slow);
      await until((text) => text.includes("data:"));
    }
    expect(statusesIn((await sayRaw(port, chatBytes())).text)).toEqual([503]);
    held[0]?.socket.destroy();
    await expect.poll(() => bench.records.length).toBe(1);
    expect(statusesIn((await sayRaw(port, chatBytes({ headers: "connection: close\r\n" }))).text)).toEqual([200]);
    held[1]?.socket.destroy();
  });

  it("says in its metrics what it has refused", async () => {
    const { port } = await openAt(2);
    await sayRaw(port, chatBytes());
    const { text } = await sayRaw(port, get("/metrics", "authorization: Bearer metrics-token-of-tests\r\n"));
    expect(text).toContain('switchyard_requests_shed_total{reason="overload"} 1\n');
    expect(text).toContain("switchyard_overload_level 2\n");
    expect(text).toMatch(/switchyard_connections \d/);
  });
});
