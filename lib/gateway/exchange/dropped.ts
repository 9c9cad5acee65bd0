import type { Loss } from "../dialects/codec.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

/** Gives the names of what an attempt could not carry, request and answer; empty when nothing was lost. */
export const droppedBy = ({ wire }: PlannedAttempt, ofReply: readonly Loss[] = []): readonly string[] => [
  ...new Set([...(wire.kind === "pass" ? [] : wire.losses), ...ofReply].map(({ field }) => field)),
];
