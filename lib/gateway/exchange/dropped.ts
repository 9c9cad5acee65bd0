import type { Loss } from "../dialects/codec.ts";
import { lossNames } from "../dialects/loss-names.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

/** Gives the names of what an attempt could not carry, request and answer; empty when nothing was lost. */
export function droppedBy({ wire }: PlannedAttempt, ofReply: readonly Loss[] = NONE): readonly string[] {
  const ofRequest = wire.kind === "pass" ? NONE : wire.losses;
  if (ofRequest.length === 0 && ofReply.length === 0) return NO_NAMES;
  return lossNames([...ofRequest, ...ofReply]);
}

const NONE: readonly Loss[] = [];
const NO_NAMES: readonly string[] = [];
