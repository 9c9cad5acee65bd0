import type { Finish, FinishKind } from "#lib/gateway/reply";
import { OWN } from "./extras.ts";

const KINDS: ReadonlyMap<string, FinishKind> = new Map([
  ["end_turn", "stop"],
  ["max_tokens", "length"],
  ["stop_sequence", "stop-sequence"],
  ["tool_use", "tool-calls"],
  ["pause_turn", "pause"],
  ["refusal", "refusal"],
]);

/** Reads why an answer ended. */
export function readFinish(reason: string | undefined, stopSequence: string | undefined): Finish {
  if (reason === undefined) return { kind: "other" };
  const raw = { dialect: OWN, value: reason } as const;
  if (reason === "model_context_window_exceeded") return { kind: "length", raw };
  const kind = KINDS.get(reason);
  if (kind === undefined) return { kind: "other", raw };
  return kind === "stop-sequence" && stopSequence !== undefined ? { kind, stopSequence } : { kind };
}

const REASONS: Readonly<Record<FinishKind, string>> = {
  stop: "end_turn",
  "stop-sequence": "stop_sequence",
  length: "max_tokens",
  "tool-calls": "tool_use",
  "content-filter": "refusal",
  refusal: "refusal",
  pause: "pause_turn",
  error: "end_turn",
  other: "end_turn",
};

/** What an answer held: clients go by the stop reason, where other dialects leave it to the content. */
export type Held = { readonly hasCalls: boolean; readonly hasRefusal: boolean };

export type WrittenFinish = { readonly stop_reason: string; readonly stop_sequence: string | null };

/** Writes why an answer ended. */
export function writeFinish(finish: Finish, held: Held): WrittenFinish {
  return { stop_reason: reasonOf(finish, held), stop_sequence: finish.stopSequence ?? null };
}

function reasonOf({ kind, raw }: Finish, { hasCalls, hasRefusal }: Held): string {
  if (raw?.dialect === OWN) return raw.value;
  if (kind !== "stop" && kind !== "other") return REASONS[kind];
  if (hasCalls) return REASONS["tool-calls"];
  return hasRefusal ? REASONS.refusal : REASONS.stop;
}
