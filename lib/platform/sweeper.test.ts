import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSweeper } from "./sweeper.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a sweeper runs from its waking until nothing is left, and again when it is woken again", () => {
  let left = 0;
  let sweeps = 0;
  const sweeper = createSweeper(50, () => {
    sweeps++;
    return --left > 0;
  });
  expect(vi.getTimerCount()).toBe(0);

  left = 3;
  sweeper.wake();
  sweeper.wake();
  vi.advanceTimersByTime(1_000);
  expect(sweeps).toBe(3);
  expect(vi.getTimerCount()).toBe(0);

  left = 1;
  sweeper.wake();
  vi.advanceTimersByTime(1_000);
  expect(sweeps).toBe(4);

  left = 100;
  sweeper.wake();
  sweeper.close();
  vi.advanceTimersByTime(1_000);
  expect(sweeps).toBe(4);
});
