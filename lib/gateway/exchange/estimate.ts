import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type { Call } from "../call.ts";
import type { StreamState } from "./stream-state.ts";

// Prose in a byte-level vocabulary takes about four bytes a token.
const BYTES_PER_TOKEN = 4;

type Seen = Pick<StreamState, "usage" | "outputBytes"> & { readonly isUsageOpen?: boolean };

/** What was said so far of a usage that is not whole may lag behind what was delivered. */
const outputOf = ({ usage, outputBytes }: Seen) =>
  Math.max(usage?.outputTokens ?? 0, Math.ceil(outputBytes / BYTES_PER_TOKEN));

const inputOf = (usage: Usage | undefined) =>
  usage && {
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cacheWriteTokens: usage.cacheWriteTokens,
  };

/**
 * Gives the usage to bill: the upstream's own where it came, else counted from the bytes and flagged as an estimate, of
 * the sides this endpoint is metered by.
 */
export function usageOf(call: Call, seen: Seen): Usage {
  const { metering } = call.endpoint;
  if (metering === "none" || metering === "request") return NO_USAGE;
  if (seen.usage && !seen.isUsageOpen)
    return metering === "input"
      ? { ...NO_USAGE, ...inputOf(seen.usage), isEstimated: seen.usage.isEstimated }
      : seen.usage;
  return {
    ...NO_USAGE,
    inputTokens: Math.ceil(call.bytes.length / BYTES_PER_TOKEN),
    // The input may have been told at the start of a stream whose end never came.
    ...inputOf(seen.usage),
    outputTokens: metering === "tokens" ? outputOf(seen) : 0,
    isEstimated: true,
  };
}
