import { expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { adminApiOfFile } from "#tests/support/admin-api";

const PER_MINUTE = 5;
const BURST = 2 * PER_MINUTE;
const PROXY = "192.0.2.1";

const { wire, admin, plantKey, ask } = adminApiOfFile({
  FAILED_AUTH_PER_MINUTE: String(PER_MINUTE),
  TRUSTED_PROXIES: PROXY,
});

/** What a front door behind our own proxy hands on. */
const from = (address: string) => ({ "x-forwarded-for": `${address}, ${PROXY}` });

const flood = async (address: string, count: number, keyOf = () => mintKey("admin").secret) => {
  const statuses: number[] = [];
  for (let at = 0; at < count; at++)
    statuses.push((await ask("/users", { key: keyOf(), headers: from(address) })).status);
  return statuses;
};

test("429: wrong admin keys from one address, also of another kind; a good one from there goes on, and so do others", async () => {
  const bad = "198.51.100.7";
  const late = await plantKey("admin");
  expect(await ask("/users", { headers: from(bad) })).toMatchObject({ status: 200 });
  expect(await flood(bad, BURST)).toEqual(Array(BURST).fill(401));
  expect(await flood(bad, 3, () => mintKey("live").secret)).toEqual([429, 429, 429]);

  const refused = await ask("/users", { key: "nonsense", headers: from(bad) });
  expect(refused).toMatchObject({ status: 429, code: "too_many_failures" });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);

  expect(await ask("/users", { key: admin(), headers: from(bad) })).toMatchObject({ status: 200 });
  expect(await ask("/users", { key: late, headers: from(bad) })).toMatchObject({ status: 200 });
  expect(await ask("/users", { key: mintKey("admin").secret, headers: from("198.51.100.8") })).toMatchObject({
    status: 401,
  });
});

test("429: without asking the database, once its few look-ups are used up", async () => {
  const bad = "203.0.113.9";
  await flood(bad, BURST + PER_MINUTE);
  await wire().cut();
  expect(await flood(bad, 5)).toEqual(Array(5).fill(429));
});
