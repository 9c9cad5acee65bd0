import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { openStage, type Stage } from "#tests/support/stage";
import { deleteExpiredResponses } from "./delete-expired.ts";

const NOW = new Date("2026-11-25T12:00:00Z");
const HOUR_MS = 3_600_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const rowOf = (responseId: string, hoursLeft: number) => ({
  id: newId(),
  orgId: stage.ours.id,
  projectId: newId(),
  isTest: false,
  responseId,
  model: "model",
  turns: 1,
  input: new Uint8Array(),
  response: new Uint8Array(),
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + hoursLeft * HOUR_MS),
});

it("stored responses whose time is over are deleted, however many, and no others; twice is once", async () => {
  const expired = Array.from({ length: 1_234 }, (_, at) => rowOf(`old_${at}`, -at));
  await stage.db.storedResponse.createMany({ data: [...expired, rowOf("new", 1)] });
  expect(await deleteExpiredResponses(stage.db, NOW)).toBe(1_234);
  expect(await deleteExpiredResponses(stage.db, NOW)).toBe(0);
  const left = await stage.db.storedResponse.findMany({ select: { responseId: true } });
  expect(left).toEqual([{ responseId: "new" }]);
});
