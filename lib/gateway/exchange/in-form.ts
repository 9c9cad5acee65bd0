import type { TryResult } from "./answer.ts";
import { badReply, failed } from "./failure.ts";

/** Brings a whole answer into the form that was asked for; what cannot be is the upstream's failure. */
export async function inForm(
  trying: Promise<TryResult>,
  convert: (reply: Uint8Array) => Promise<Uint8Array>,
): Promise<TryResult> {
  const result = await trying;
  if (result === "left" || !result.ok || result.value.kind !== "whole") return result;
  const { reply } = result.value;
  try {
    return { ok: true, value: { kind: "whole", reply: { ...reply, body: await convert(reply.body) } } };
  } catch (thrown) {
    return failed(badReply(reply.status, thrown instanceof Error ? thrown.message : String(thrown)));
  }
}
