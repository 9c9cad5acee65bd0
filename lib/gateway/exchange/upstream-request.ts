import type { Call } from "../call.ts";
import { patchRequest } from "../dialects/openai-chat/patch-request.ts";
import type { UpstreamRequest } from "../ports.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import type { Timeouts } from "../routing/table.ts";

/** Builds what is sent upstream for one attempt. None of the caller's headers goes along; our request id does. */
export function upstreamRequestOf(
  call: Call,
  attempt: PlannedAttempt,
  sending: { readonly requestId: string; readonly timeouts: Timeouts },
): UpstreamRequest {
  const { deployment, credential } = attempt;
  const { provider, upstreamModel } = deployment;
  return {
    url: attempt.url,
    method: "POST",
    headers: {
      ...provider.authorize(credential.secret),
      "content-type": "application/json",
      accept: call.isStream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": "switchyard",
      "x-client-request-id": sending.requestId,
    },
    body: patchRequest(call, upstreamModel, provider),
    allowPrivateNetwork: deployment.allowPrivateNetwork,
    timeouts: sending.timeouts,
  };
}
