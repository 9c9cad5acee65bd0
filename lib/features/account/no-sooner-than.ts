import { setTimeout as delay } from "node:timers/promises";

const FLOOR_MS = 400;

/** Answers after the same time whether or not the address is known; only work slower than the floor would show. */
export async function noSoonerThan<T>(work: () => Promise<T>, floorMs = FLOOR_MS): Promise<T> {
  const [done] = await Promise.allSettled([work(), delay(floorMs)]);
  if (done.status === "rejected") throw done.reason;
  return done.value;
}
