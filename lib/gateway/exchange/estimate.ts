import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type { Call } from "../call.ts";
import type { StreamState } from "./stream-reader.ts";

// Prose in a byte-level vocabulary takes about four bytes a token.
const BYTES_PER_TOKEN = 4;

/**
 * Gives the usage to bill: the upstream's own where it came, else counted from the bytes and flagged as an estimate, of
 * the sides this endpoint is metered by.
 */
export function usageOf(call: Call, seen: Pick<StreamState, "usage" | "outputBytes">): Usage {
  const { metering } = call.endpoint;
  if (seen.usage) return seen.usage;
  if (metering === "request") return NO_USAGE;
  return {
    ...NO_USAGE,
    inputTokens: Math.ceil(call.bytes.length / BYTES_PER_TOKEN),
    outputTokens: metering === "tokens" ? Math.ceil(seen.outputBytes / BYTES_PER_TOKEN) : 0,
    isEstimated: true,
  };
}
