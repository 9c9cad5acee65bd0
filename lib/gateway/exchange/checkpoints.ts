import { BOUNDS } from "../bounds.ts";
import type { GatewayDeps } from "../ports.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import { costsOf } from "./costs.ts";
import { usageOf } from "./estimate.ts";
import type { StreamState } from "./stream-state.ts";

/** Gives a function that notes in the journal how far a stream has come: every 64 KiB of output or 2 s, whichever is first. */
export function createCheckpoints(admitted: Admitted, attempt: PlannedAttempt, deps: GatewayDeps) {
  let lastBytes = 0;
  let lastMs = admitted.startedMs;
  return (state: StreamState): void => {
    const nowMs = deps.clock.monotonic();
    if (nowMs - lastMs < BOUNDS.checkpointMs && state.outputBytes - lastBytes < BOUNDS.checkpointBytes) return;
    lastBytes = state.outputBytes;
    lastMs = nowMs;
    const usage = usageOf(admitted.call, state);
    const durationMs = Math.round(nowMs - admitted.startedMs);
    deps.journal.checkpoint(admitted.request.id, { usage, ...costsOf(admitted, attempt, usage), durationMs });
  };
}
