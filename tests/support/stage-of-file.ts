import { afterAll, beforeAll } from "vitest";
import { openStage, type Stage } from "./stage.ts";

/** Opens a stage for the test file that says so; gives where to find it once the file's tests run. */
export function stageOfFile(): () => Stage {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  return () => stage;
}
