import { expect, it } from "vitest";
import { createReadings } from "./credit-readings.ts";

/** A database that answers each query when it is told to. */
function database() {
  const asked: { readonly orgIds: readonly string[]; readonly answer: PromiseWithResolvers<void> }[] = [];
  const refresh = (orgIds: readonly string[]) => {
    const answer = Promise.withResolvers<void>();
    asked.push({ orgIds, answer });
    return answer.promise;
  };
  return { asked, refresh };
}

it("thousands of organisations that are credited at once are read in a few queries", async () => {
  const { asked, refresh } = database();
  const readings = createReadings(refresh);
  const orgIds = Array.from({ length: 15_000 }, (_, at) => `org-${at}`);
  const done = Promise.all(orgIds.map((orgId) => readings.read(orgId)));
  expect(asked.map((query) => query.orgIds.length)).toEqual([1, 1]);
  for (let query = 0; query < 3; query++) {
    await expect.poll(() => asked.length).toBeGreaterThan(query);
    asked[query]?.answer.resolve();
  }
  await done;
  expect(asked.map((query) => query.orgIds.length)).toEqual([1, 1, 14_998]);
});

it("what is asked while it is read is read again, and a reading that fails holds nobody up", async () => {
  const { asked, refresh } = database();
  const readings = createReadings(refresh);
  const [first, second] = [readings.read("a"), readings.read("a")];
  const third = readings.read("a");
  asked[0]?.answer.reject(new Error("the database is away"));
  await first;
  asked[1]?.answer.resolve();
  await second;
  expect(asked).toHaveLength(3);
  asked[2]?.answer.resolve();
  await third;
});
