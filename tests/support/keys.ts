import { afterAll, beforeAll } from "vitest";
import { createKey } from "#lib/features/keys/create-key";
import { openStage, type Stage } from "./stage.ts";

export const KEY_DEPS = { keyPepper: "p".repeat(32) };

/** Two organisations on a fresh database for the test file that says so, and keys of the first. */
export function keysOfFile() {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  const admin = () => stage.ours.as("admin");
  return {
    stage: () => stage,
    admin,
    create: (name = "a key") => createKey(admin(), { name }, KEY_DEPS),
  };
}
