import { newId } from "#lib/base/ids";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";

/** A settled request with everything in its place, but for what is given. */
export const recordOf = (given: Partial<RequestRecord> = {}): RequestRecord => {
  const admittedAtMs = given.admittedAtMs ?? Date.now();
  return {
    id: newId(admittedAtMs),
    admittedAtMs,
    orgId: null,
    projectId: null,
    memberId: null,
    keyId: null,
    endpoint: "chat.completions",
    requestedModel: "m",
    servedModel: "m",
    provider: "p",
    deployment: "m/d",
    status: 200,
    outcome: "completed",
    errorCode: null,
    isStream: false,
    isTest: false,
    requests: 1,
    attempts: [],
    rejected: [],
    cache: "bypass",
    usage: { ...NO_USAGE, inputTokens: 5, outputTokens: 7 },
    cost: nanoUsd(19_000n),
    upstreamCost: nanoUsd(11n),
    configVersion: 1,
    durationMs: 20,
    firstByteMs: 5,
    ...given,
  };
};
