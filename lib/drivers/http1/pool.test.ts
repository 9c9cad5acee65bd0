import { afterEach, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { createPool } from "./pool.ts";

let pool = createPool();
afterEach(() => {
  pool.close();
  pool = createPool();
});

function connection(place: string) {
  const state = { isAlive: true };
  const made: Connection = {
    start: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    fail: () => undefined,
    destroy() {
      state.isAlive = false;
      pool.forget(place, made);
    },
    isAlive: () => state.isAlive,
  };
  return { made, state };
}

it("the connection that was used last serves first, and each only its own place", () => {
  const [one, two, other] = [connection("a"), connection("a"), connection("b")];
  for (const { made } of [one, two]) pool.put("a", made, undefined);
  pool.put("b", other.made, undefined);
  expect(pool.take("a")).toBe(two.made);
  expect(pool.take("a")).toBe(one.made);
  expect(pool.take("a")).toBeUndefined();
  expect(pool.take("b")).toBe(other.made);
});

it("a connection that is gone is not given, whether that was said or not", () => {
  const [one, two] = [connection("a"), connection("a")];
  for (const { made } of [one, two]) pool.put("a", made, undefined);
  two.made.destroy();
  one.state.isAlive = false;
  expect(pool.take("a")).toBeUndefined();
});

it("a connection waits no longer than the other side keeps it", async () => {
  const [one, two] = [connection("a"), connection("a")];
  pool.put("a", one.made, 0);
  expect(one.state.isAlive).toBe(false);
  pool.put("a", two.made, 1);
  await expect.poll(() => two.state.isAlive).toBe(false);
  expect(pool.take("a")).toBeUndefined();
});

it("the connections that wait are bounded in number", () => {
  const all = Array.from({ length: 2_001 }, (_, at) => connection(`${at % 50}`));
  for (const [at, { made }] of all.entries()) pool.put(`${at % 50}`, made, undefined);
  expect(all.filter(({ state }) => !state.isAlive)).toHaveLength(1);
});

it("closing ends those that wait", () => {
  const one = connection("a");
  pool.put("a", one.made, undefined);
  pool.close();
  expect(one.state.isAlive).toBe(false);
});
