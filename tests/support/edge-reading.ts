import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";

/** What the probe in the gateway process tells. */
export type EdgeQuestion =
  /** How long the process has held its event loop at most since that was last asked. */
  | "delayMs"
  /** How long others have kept it from running at most since that was last asked. */
  | "stalledMs"
  /** What is in use once everything that is not has been collected; collecting holds the process up. */
  | "memoryBytes";

export async function askEdge(question: EdgeQuestion): Promise<number> {
  const asking = connect(join(inject("edge").environment.DATA_DIR ?? "", "edge-probe"));
  asking.write(question);
  return Number(await text(asking));
}
