import type { Call } from "../call.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import type { TryResult } from "./answer.ts";
import { badReply, failed } from "./failure.ts";

/** Brings a whole answer into the form that was asked for, where its endpoint has several; what cannot be is the upstream's failure. */
export async function inForm(trying: Promise<TryResult>, call: Call, { wire }: PlannedAttempt): Promise<TryResult> {
  const { convert } = call.endpoint;
  const result = await trying;
  // What is written anew has its form already.
  if (!convert || wire.kind !== "pass" || result === "left" || !result.ok || result.value.kind !== "whole")
    return result;
  const { reply } = result.value;
  try {
    return { ok: true, value: { kind: "whole", reply: { ...reply, body: await convert(reply.body, call) } } };
  } catch (thrown) {
    return failed(badReply(reply.status, thrown instanceof Error ? thrown.message : String(thrown)));
  }
}
