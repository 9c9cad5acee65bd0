import type { AdmittedRequest } from "#lib/base/request-record";
import type { Progress } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

// What is written of a request that was refused before this was known.
const NOBODY = { orgId: null, projectId: null, memberId: null, keyId: null, isTest: false };
const NOTHING_ASKED = { model: "", isStream: false };
const NOWHERE = { id: "", providerId: "" };

/** Says who asked what of whom: of the attempt that answered, or else of the first that was planned. */
export function admissionOf(progress: Progress, attempt?: PlannedAttempt): AdmittedRequest {
  const { request, plan } = progress;
  const caller = progress.caller ?? NOBODY;
  const call = progress.call ?? NOTHING_ASKED;
  const deployment = (attempt ?? plan?.attempts[0])?.deployment ?? NOWHERE;
  return {
    id: request.id,
    admittedAtMs: request.admittedAtMs,
    orgId: caller.orgId,
    projectId: caller.projectId,
    memberId: caller.memberId,
    keyId: caller.keyId,
    endpoint: progress.endpoint?.name ?? "",
    requestedModel: call.model,
    servedModel: plan?.model.id ?? "",
    provider: deployment.providerId,
    deployment: deployment.id,
    isStream: call.isStream,
    isTest: caller.isTest,
    configVersion: progress.configVersion,
  };
}
