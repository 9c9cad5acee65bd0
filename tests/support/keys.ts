import { createKey } from "#lib/features/keys/create-key";
import { stageOfFile } from "./stage-of-file.ts";

export const KEY_DEPS = { keyPepper: "p".repeat(32) };

/** Two organisations on a fresh database for the test file that says so, and keys of the first. */
export function keysOfFile() {
  const stage = stageOfFile();
  const admin = () => stage().ours.as("admin");
  return {
    stage,
    admin,
    create: (name = "a key") => createKey(admin(), { name }, KEY_DEPS),
  };
}
