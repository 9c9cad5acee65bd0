import { BOUNDS } from "#lib/gateway/bounds";
import type { Config } from "#lib/platform/config";

/** The limits of the front door that an installation may set otherwise. */
export type DoorLimits = {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly requestsInFlightMax: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly bodyGraceMs: number;
  readonly readerTimeoutMs: number;
};

export function limitsOf(config: Config): DoorLimits {
  const bodyTimeoutMs = config.BODY_TIMEOUT_MS ?? BOUNDS.bodyTimeoutMs;
  return {
    connectionsMax: config.MAX_CONNECTIONS ?? BOUNDS.connectionsMax,
    connectionsPerAddressMax: config.MAX_CONNECTIONS_PER_ADDRESS ?? BOUNDS.connectionsPerAddressMax,
    requestsInFlightMax: config.MAX_REQUESTS_IN_FLIGHT ?? BOUNDS.requestsInFlightMax,
    headersTimeoutMs: config.HEADERS_TIMEOUT_MS ?? BOUNDS.headersTimeoutMs,
    bodyTimeoutMs,
    bodyGraceMs: Math.min(BOUNDS.bodyGraceMs, bodyTimeoutMs),
    readerTimeoutMs: config.READER_TIMEOUT_MS ?? BOUNDS.readerTimeoutMs,
  };
}
