import { createServer, type Server } from "node:net";
import { expect, test } from "vitest";
import { openDb } from "#lib/platform/db";
import { createTestDatabase } from "#tests/support/database";
import { databaseRefusal } from "./database-refusal.ts";

test("a database that goes away in the middle of a query is told as such, and so is one that is gone", async () => {
  const database = await createTestDatabase();
  const db = openDb(database.databaseUrl, 1);
  const cutOff = await db.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`.catch((error: unknown) => error);
  expect(databaseRefusal(cutOff)).toMatchObject({ code: "not_ready", status: 503, retryAfterS: 5 });
  await db.$disconnect();
  await database.drop();
  const nowhere = openDb("postgresql://nobody@127.0.0.1:9/none", 1);
  const unreached = await nowhere.organization.findFirst().catch((error: unknown) => error);
  expect(databaseRefusal(unreached)).toMatchObject({ code: "not_ready" });
  await nowhere.$disconnect();
  const silent = await new Promise<Server>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
  const address = silent.address();
  const hanging = openDb(`postgresql://u:p@127.0.0.1:${typeof address === "object" ? address?.port : ""}/x`, 1);
  const asked = [hanging.$transaction((tx) => tx.user.findFirst()), hanging.user.findFirst(), hanging.user.findFirst()];
  for (const unanswered of await Promise.allSettled(asked))
    expect(databaseRefusal(Reflect.get(unanswered, "reason"))).toMatchObject({ code: "not_ready" });
  silent.close();
  expect(databaseRefusal(new Error("Connection terminated unexpectedly"))).toMatchObject({ code: "not_ready" });
});

test("what is not the database's is nobody's refusal", () => {
  for (const thrown of [new Error("Something else"), "text", undefined])
    expect(databaseRefusal(thrown)).toBeUndefined();
});
