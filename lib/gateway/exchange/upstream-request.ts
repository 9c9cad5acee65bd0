import type { Call } from "../call.ts";
import { PASSAGES } from "../dialects/registry.ts";
import type { UpstreamRequest } from "../ports.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import type { Timeouts } from "../routing/table.ts";

type Sending = {
  readonly requestId: string;
  readonly timeouts: Timeouts;
  /** Reads a header of the caller's. */
  readonly header: (name: string) => string | undefined;
};

/** Builds what is sent upstream for one attempt. Of the caller's headers only those its dialect needs go along; our request id does. */
export function upstreamRequestOf(call: Call, attempt: PlannedAttempt, sending: Sending): UpstreamRequest {
  const { deployment, credential } = attempt;
  const { provider } = deployment;
  return {
    url: attempt.url,
    method: "POST",
    headers: {
      ...provider.authorize(credential.secret),
      ...forwardedOf(attempt, sending.header),
      "content-type": "application/json",
      accept: call.isStream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": "switchyard",
      "x-client-request-id": sending.requestId,
    },
    body: bodyOf(call, attempt),
    allowPrivateNetwork: deployment.allowPrivateNetwork,
    timeouts: sending.timeouts,
  };
}

/** Where the words are the caller's own, so are the headers that say how they are meant. */
function forwardedOf({ wire }: PlannedAttempt, header: Sending["header"]): Readonly<Record<string, string>> {
  if (wire.kind !== "pass") return {};
  const given = PASSAGES[wire.dialect].forwardedHeaders.map((name) => [name, header(name)] as const);
  return Object.fromEntries(given.filter((one): one is readonly [string, string] => one[1] !== undefined));
}

function bodyOf(call: Call, { wire, deployment }: PlannedAttempt): Uint8Array {
  if (wire.kind !== "pass") return Buffer.from(JSON.stringify(wire.body));
  const { renameIn } = call.endpoint;
  if (renameIn) return renameIn(call, deployment.upstreamModel);
  return PASSAGES[wire.dialect].patchRequest(call, deployment.upstreamModel, deployment.provider);
}
