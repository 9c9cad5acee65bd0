import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDeadlines } from "./deadlines.ts";
import { createSilence } from "./silence.ts";

const SWEEP_MS = 50;

/** Keeps the event loop from everything else, as a large collection or an overloaded processor does. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

function open() {
  const deadlines = createDeadlines();
  onTestFinished(deadlines.close);
  const late: { kind: string; atMs: number }[] = [];
  const watch = (totalMs = 60_000) =>
    deadlines.start(totalMs, { onLate: (kind) => void late.push({ kind, atMs: performance.now() }) });
  return { watch, late };
}

describe("a deadline", () => {
  it.each([0, 600])(
    "set after the event loop stood still for %d ms is kept, and not before its time",
    async (blockedMs) => {
      const { watch, late } = open();
      block(blockedMs);
      const fromMs = performance.now();
      watch().expect("first-byte-timeout", 300);
      await expect.poll(() => late.length, { interval: 5 }).toBe(1);
      expect(late[0]?.kind).toBe("first-byte-timeout");
      expect((late[0]?.atMs ?? 0) - fromMs).toBeGreaterThanOrEqual(300);
    },
  );

  it("is moved by every new expectation, and the whole time is not", async () => {
    const { watch, late } = open();
    const one = watch(500);
    for (let chunk = 0; chunk < 30; chunk++) {
      one.expect("idle-timeout", 300);
      await sleep(SWEEP_MS / 2);
    }
    await expect.poll(() => late.length, { interval: 5 }).toBeGreaterThan(0);
    expect(late[0]?.kind).toBe("total-timeout");
  });

  it("is forgotten when its call is over", async () => {
    const { watch, late } = open();
    const one = watch();
    one.expect("idle-timeout", 1);
    one.stop();
    await sleep(4 * SWEEP_MS);
    expect(late).toEqual([]);
  });
});

it("a silence is counted from what was heard last, though the event loop stood still before", async () => {
  const silence = createSilence(300);
  onTestFinished(silence.close);
  const silent: number[] = [];
  const watch = silence.watch(() => silent.push(performance.now()));
  block(400);
  watch.touch();
  const fromMs = performance.now();
  await expect.poll(() => silent.length, { interval: 5 }).toBeGreaterThan(0);
  expect((silent[0] ?? 0) - fromMs).toBeGreaterThanOrEqual(300);
});
