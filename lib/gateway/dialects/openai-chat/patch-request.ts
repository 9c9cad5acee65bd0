import type { Call } from "#lib/gateway/call";
import { editJson } from "#lib/gateway/json-edit";
import type { Provider } from "#lib/gateway/providers/provider";

/** Gives the bytes to send upstream: the caller's own, with only the fields changed that must be. */
export function patchRequest(call: Call, upstreamModel: string, provider: Provider): Uint8Array {
  const set = new Map<string, unknown>();
  if (upstreamModel !== call.model) set.set("model", upstreamModel);
  // Billing needs the usage; its chunk is taken out again on the way back where the caller did not ask.
  if (call.isStream && !call.wantsUsage && provider.asksUsage)
    set.set("stream_options", { ...call.streamOptions, include_usage: true });
  const drop = provider.asksUsage ? provider.drop : [...provider.drop, "stream_options"];
  return editJson(call.bytes, call.members, { set, drop, rename: provider.rename });
}
