import type { JsonObject } from "#lib/gateway/conversation";
import { objectIn, textIn } from "#lib/gateway/dialects/read";
import type { Finish, FinishKind } from "#lib/gateway/reply";
import { OWN } from "./own.ts";

const KIND_BY_REASON: Readonly<Record<string, FinishKind>> = {
  max_output_tokens: "length",
  content_filter: "content-filter",
};

/** States of a response that are no reason for being incomplete; only a kept-up answer of our own comes back as one. */
const ODD_STATES: readonly string[] = ["incomplete", "cancelled", "queued", "in_progress"];

/** Reads why an answer ended from its status; calls in the output are what tells a pause for tools from a stop. */
export function readFinish(response: JsonObject, hasCalls: boolean): Finish {
  const status = textIn(response.status) ?? "completed";
  if (status === "completed") return { kind: hasCalls ? "tool-calls" : "stop" };
  if (status === "failed") return { kind: "error" };
  const reason = status === "incomplete" ? textIn(objectIn(response.incomplete_details)?.reason) : undefined;
  const kind = reason === undefined ? undefined : KIND_BY_REASON[reason];
  return kind ? { kind } : { kind: "other", raw: { dialect: OWN, value: reason ?? status } };
}

export type Status = { readonly status: string; readonly reason?: string };

/** Writes why an answer ended: its status and, where it is incomplete, the reason. */
export function writeFinish({ kind, raw }: Finish): Status {
  switch (kind) {
    case "length":
      return { status: "incomplete", reason: "max_output_tokens" };
    // A model that refuses was stopped by its safety rules; `completed` would hide that.
    case "content-filter":
    case "refusal":
      return { status: "incomplete", reason: "content_filter" };
    case "error":
      return { status: "failed" };
    case "other":
      return raw?.dialect === OWN ? statusOfRaw(raw.value) : { status: "completed" };
    case "stop":
    case "stop-sequence":
    case "tool-calls":
    case "pause":
      return { status: "completed" };
  }
}

const statusOfRaw = (value: string): Status =>
  ODD_STATES.includes(value) ? { status: value } : { status: "incomplete", reason: value };
